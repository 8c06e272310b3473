export { partOfLabel, partOfPlatform, type PartOf } from './part-of.ts';
export { checkProductionNamespace, platformProject } from './production-namespace.ts';
export { checkSlotMarker, checkSlotNamespace } from './slot.ts';
