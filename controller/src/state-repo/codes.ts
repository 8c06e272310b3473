/** What may go wrong with a state repository; the keys are the codes of thrown errors. */
export const stateCodes = {
  'CK-STATE-001': {
    title: 'Not a valid name in a state repository',
    hint: 'Branches are env/<name> or slot/<n>; stacks are DNS labels; file paths are relative, without "..".',
  },
  'CK-STATE-002': {
    title: 'The rendered directory does not hash to its content hash',
    hint: 'A defect of the platform: nothing was published. Report it with the stack and the commit.',
  },
  'CK-STATE-003': {
    title: 'The branch kept moving',
    hint: 'Someone else pushes to the branch all the time; the work is tried again later.',
  },
  'CK-STATE-004': {
    title: 'The state repository refused the push',
    hint: 'Check branch protection and the rights of the token; the message carries what the server said.',
  },
  'CK-STATE-005': {
    title: 'Nothing to publish',
    hint: 'Give at least one stack directory.',
  },
  'CK-STATE-006': {
    title: 'The template of a state repository is missing',
    hint: 'The installation is incomplete: gitops-repo-template/ belongs beside the packages.',
  },
  'CK-STATE-007': {
    title: 'A stack was changed in the branch since it was decided what to publish',
    hint: 'Another process or a person published it meanwhile; the decision is made again.',
  },
} as const;

/** A code of this room. */
export type StateCode = keyof typeof stateCodes;
