export { embeddedDatabase, postgresDatabase } from './databases.ts';
export type { DatabaseUnderTest } from './databases.ts';
