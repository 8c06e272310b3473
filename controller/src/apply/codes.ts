/** The error codes of the apply room. */
export const applyErrors = {
  'CK-APPLY-001': {
    title: 'An object was refused by the cluster',
    hint: 'Read the message of the API server; fix the manifest in the source repository and push.',
  },
  'CK-APPLY-002': {
    title: 'The cluster could not be reached',
    hint: 'Nothing to do if it is restarting: the step is repeated with backoff and converges.',
  },
  'CK-APPLY-003': {
    title: 'Two environments claim one object',
    hint: 'Rename the object in one of them, or remove it there.',
  },
  'CK-APPLY-004': {
    title: 'An object could not be pruned',
    hint: 'Look for finalizers and admission policies on the object; the step is repeated.',
  },
  'CK-APPLY-005': {
    title: 'The lease of the step was lost',
    hint: 'Another process has taken the environment over; nothing of this step was recorded.',
  },
  'CK-APPLY-006': {
    title: 'The loop stopped in the middle of a step',
    hint: 'The next process goes on from what was recorded.',
  },
  'CK-APPLY-007': {
    title: 'A step failed for an unexpected reason',
    hint: 'The step is repeated with backoff; the message names the cause.',
  },
} as const satisfies Record<string, { title: string; hint: string }>;

export type ApplyErrorCode = keyof typeof applyErrors;
