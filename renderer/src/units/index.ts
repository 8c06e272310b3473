export {
  declareUnit,
  type DeclaredUnit,
  type UnitList,
  type UnitSurroundings,
} from './declared-unit.ts';
export { findSources, hasSources } from './find-sources.ts';
export { unitObjects } from './unit-objects.ts';
