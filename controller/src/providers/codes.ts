/** What may go wrong when a source is read; the keys are the codes of thrown errors. */
export const sourceCodes = {
  'CK-SRC-001': {
    title: 'The commit is not in the repository',
    hint: 'It may have been removed by a force push: push again, or let the sweep read the new head.',
  },
  'CK-SRC-002': {
    title: 'The path does not name a local repository',
    hint: 'A repository of provider "local" needs an absolute path or a file URL of a bare repository on this machine.',
  },
} as const;

/** A code of this room. */
export type SourceCode = keyof typeof sourceCodes;
