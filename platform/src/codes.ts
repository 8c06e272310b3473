/** What can go wrong while the program is configured. */
export const platformCodes = {
  'CK-CFG-001': {
    title: 'A CODEXK8S_ variable is not known',
    hint: 'correct its name; a misspelt setting would silently do nothing',
  },
  'CK-CFG-002': {
    title: 'A setting has the wrong shape',
    hint: 'this page and docs/reference/configuration.md list every setting',
  },
  'CK-CFG-003': {
    title: 'A role needs PostgreSQL',
    hint: 'set CODEXK8S_DATABASE_URL: the embedded database serves one process, role all',
  },
} as const;
