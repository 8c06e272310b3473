export { bundleForBrowser, root, type Bundle } from './bundle.ts';
export { packRenderer, packSchema, type PackedPackage } from './pack.ts';
