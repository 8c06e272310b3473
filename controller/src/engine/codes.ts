/** What can go wrong while repositories are opened. */
export const engineCodes = {
  'CK-ENGINE-001': {
    title: 'A repository’s provider cannot be read by this version',
    hint: 'register the repository as `git` with its URL and a token',
  },
  'CK-ENGINE-002': {
    title: 'An environment has no state repository',
    hint: 'register the project’s state repository',
  },
} as const;
