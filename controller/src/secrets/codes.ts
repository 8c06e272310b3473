/** What can go wrong with secrets; no message or cause ever holds one. */
export const secretCodes = {
  'CK-SECRET-001': {
    title: 'A secret does not exist',
    hint: 'store it again; whatever refers to it was not updated',
  },
  'CK-SECRET-002': {
    title: 'A secret was encrypted under a key that is not configured',
    hint: 'add the old key to the key file until everything is rotated',
  },
  'CK-SECRET-003': {
    title:
      'A secret cannot be decrypted: its row was changed, or the key is another one of the same name',
    hint: 'restore the key file that belongs to this database, or store the secret again',
  },
  'CK-SECRET-004': { title: 'The key file is readable by others', hint: 'chmod 600 it' },
  'CK-SECRET-005': {
    title: 'The key file cannot be understood',
    hint: 'restore it from a backup; without it every secret has to be stored again',
  },
  'CK-SECRET-006': {
    title: 'The keys are not usable',
    hint: 'each key has 32 bytes and a name of its own, and the active one is among them',
  },
} as const;

/** A code of this room. */
export type SecretCode = keyof typeof secretCodes;
