/** What can go wrong when projects, repositories and environments are registered. */
export const projectCodes = {
  'CK-PRJ-001': {
    title: 'A registration was not stored',
    hint: 'run it again; if it stays, the database refuses writes',
  },
  'CK-PRJ-002': { title: 'A repository belongs to another project', hint: 'remove it there first' },
  'CK-PRJ-003': {
    title: 'A namespace is claimed by another environment',
    hint: 'choose another namespace, or remove the other claim',
  },
} as const;
