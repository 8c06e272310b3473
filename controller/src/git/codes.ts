/** What may go wrong with a git repository; the keys are the codes of thrown errors. */
export const gitCodes = {
  'CK-GIT-001': {
    title: 'The repository is missing or is not a git repository',
    hint: 'Restore the directory, or register the repository again; nothing was changed.',
  },
  'CK-GIT-002': {
    title: 'The git program could not be run',
    hint: 'Install git 2.34 or newer and make sure that it is on PATH.',
  },
  'CK-GIT-003': {
    title: 'An object is missing',
    hint: 'Fetch the repository again; if it is complete, check it with `git fsck`.',
  },
  'CK-GIT-004': {
    title: 'An object is larger than allowed',
    hint: 'Keep large files out of the repository, or raise the limit.',
  },
  'CK-GIT-005': {
    title: 'The repository is corrupt',
    hint: 'Check it with `git fsck` and restore it from a clone or a backup.',
  },
  'CK-GIT-006': {
    title: 'Not a valid git name',
    hint: 'Use a full ref such as refs/heads/main and 40 hexadecimal digits for an object.',
  },
  'CK-GIT-007': {
    title: 'A git command failed',
    hint: 'The message carries what git said.',
  },
  'CK-GIT-008': {
    title: 'The remote repository cannot be reached',
    hint: 'Check the address and the network; the work is tried again.',
  },
  'CK-GIT-009': {
    title: 'The remote repository refused the credentials',
    hint: "Renew the repository's token.",
  },
  'CK-GIT-010': {
    title: 'A ref is locked by someone else',
    hint: 'Tried again by itself; if it stays, remove the stale .lock file named in the message.',
  },
  'CK-GIT-011': {
    title: 'The repository was closed',
    hint: 'A use after close(): open it again.',
  },
  'CK-GIT-012': {
    title: 'The object format is not supported',
    hint: 'Use a repository with SHA-1 objects (git init --object-format=sha1).',
  },
  'CK-GIT-013': {
    title: 'The remote repository does not exist',
    hint: 'Check the address, and whether the token may see the repository; nothing was changed.',
  },
} as const;

/** A code of this room. */
export type GitCode = keyof typeof gitCodes;
