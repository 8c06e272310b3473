/** What no room foresaw. */
export const internalCodes = {
  'CK-INTERNAL-001': {
    title: 'An unforeseen failure',
    hint: 'what was under way is repeated by itself; if it stays, this is a defect of the platform',
  },
} as const;
