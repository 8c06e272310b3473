export { declareUnit, type DeclaredUnit, type UnitList } from './declared-unit.ts';
export { findManifests, unitObjects, type ManifestFile } from './unit-objects.ts';
