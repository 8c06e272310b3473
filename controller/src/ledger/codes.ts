/** What can go wrong between the apply loop and its record. */
export const ledgerCodes = {
  'CK-LEDGER-001': {
    title: 'A step of work is no longer held',
    hint: 'its lease was lost; another process does it, nothing is to be done',
  },
  'CK-LEDGER-002': {
    title: 'A stack could not be brought to the cluster',
    hint: 'the message names the object; mend it and push again',
  },
} as const;
