export { attachCluster, type AttachedCluster, type AttachOptions } from './attach.ts';
export { renderKubeconfig, type KubeconfigValues } from './render.ts';
