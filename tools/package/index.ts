export { bundleForBrowser, type Bundle } from './bundle.ts';
export { root } from './root.ts';
export { packRenderer, packSchema, type PackedPackage } from './pack.ts';
