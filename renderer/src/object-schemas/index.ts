export {
  bundledVersions,
  defaultKubernetesVersion,
  loadCatalog,
  type ApiCatalog,
} from './catalog.ts';
export { checkConsistency } from './consistency.ts';
export { definedKinds } from './definitions.ts';
export { compareVersions, parseVersion } from './kubernetes-version.ts';
export { lifecycleOf, loadLifecycles, type Lifecycle, type LifecycleTable } from './lifecycles.ts';
export { isQuantity } from './scalars.ts';
export type { Shape } from './shape.ts';
export { formatPath, validateObject, type SchemaFault } from './validate-object.ts';
