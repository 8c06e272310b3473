export { ledgerCodes } from './codes.ts';
export { createPostgresLedger } from './postgres-ledger.ts';
export { createPostgresWorkSource } from './postgres-work-source.ts';
export type { WorkSourceOptions } from './postgres-work-source.ts';
