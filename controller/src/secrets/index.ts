export { secretCodes } from './codes.ts';
export { loadOrCreateKeyFile } from './key-file.ts';
export { KeyRing } from './key-ring.ts';
export type { SecretKey } from './key-ring.ts';
export { createSecretStore } from './store.ts';
export type { SecretStore } from './store.ts';
