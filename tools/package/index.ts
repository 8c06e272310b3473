export { bundleRenderer, type Bundle } from './bundle.ts';
export { packRenderer, packSchema, type PackedPackage } from './pack.ts';
export { root } from './root.ts';
