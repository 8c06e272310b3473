export { ledgerCodes } from './codes.ts';
export { createEnvironmentLeases } from './environment-leases.ts';
export { createPostgresLedger } from './postgres-ledger.ts';
export { createPostgresWorkSource } from './postgres-work-source.ts';
export type { WorkSourceOptions } from './postgres-work-source.ts';
