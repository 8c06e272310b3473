/** What can go wrong in the work queue. */
export const queueCodes = {
  'CK-QUEUE-001': {
    title: 'The lease of a work item was lost before it was finished',
    hint: 'nothing to do: another worker has the item; what this one recorded was rolled back',
  },
  'CK-QUEUE-002': {
    title: 'The process that worked on an item went away',
    hint: 'look for a crash or a restart of that process; the item is tried again',
  },
} as const;
