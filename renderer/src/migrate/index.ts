export { manifestPaths } from './manifest-paths.ts';
export { migrateStack, type Migration, type MigrationOptions } from './migrate.ts';
export type { MigrationNote } from './notes.ts';
export { overlayReader } from './overlay-reader.ts';
export { describeMigration, type ReportFormat } from './report.ts';
