/** What can go wrong between a dirty ref and a commit in the state repo. */
export const runCodes = {
  'CK-RUN-001': {
    title: 'services.yaml could not be rendered',
    hint: 'mend what the diagnostics name and push again; nothing was changed',
  },
  'CK-RUN-002': {
    title: 'services.yaml names another project than its repository is bound to',
    hint: 'correct the project in services.yaml',
  },
  'CK-RUN-003': {
    title: 'services.yaml names another stack than its repository is bound to',
    hint: 'correct metadata.name, or change the binding',
  },
  'CK-RUN-004': {
    title: 'An object or the plan names a namespace that the environment has not claimed',
    hint: 'use the environment’s namespace, or claim the other one',
  },
  'CK-RUN-005': {
    title: 'A cluster-scoped object in an environment that is not bound to hold any',
    hint: 'put it into an environment that an admin bound as kind cluster',
  },
  'CK-RUN-006': {
    title: 'An environment is bound by another name than the one services.yaml gives it',
    hint: 'bind it by its own name: an alias is for people',
  },
} as const;
