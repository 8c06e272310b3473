export { globBase, globMatcher, isGlob } from './glob.ts';
export { resolvePath } from './relative-path.ts';
