/** `@codex-k8s/bootstrap`: clusters to run on. */
export * from './binaries/index.ts';
export { readBootstrapConfig, type BootstrapConfig } from './config.ts';
export * from './control-plane/index.ts';
export * from './errors/index.ts';
export { attachCluster, type AttachedCluster, type AttachOptions } from './kubeconfig/index.ts';
export type { OnProgress, Progress } from './progress.ts';
export {
  acquireLock,
  endProcess,
  identityOf,
  isAlive,
  withParentDeath,
  type ProcessIdentity,
} from './processes/index.ts';
