export { kustomizeSource } from './kustomize-source.ts';
