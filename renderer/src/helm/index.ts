export { helmSource, type HelmTarget } from './helm-source.ts';
