import { performance } from 'node:perf_hooks';
import { ensureBinaries, startControlPlane } from '@codex-k8s/bootstrap';
import type { Narrator } from '../local/index.ts';

/** A cluster that can be applied to. */
export interface PreparedCluster {
  kubeconfig: { file: string; context?: string };
  stop(): Promise<void>;
}

/** Prepares the cluster beside everything else, with progress: the one named on purpose, or the local control plane. */
export async function prepareCluster(options: {
  directory: string;
  kubeconfig: string | undefined;
  context: string | undefined;
  signal: AbortSignal;
  narrator: Narrator;
}): Promise<PreparedCluster> {
  const { narrator } = options;
  if (options.kubeconfig !== undefined)
    return { kubeconfig: { file: options.kubeconfig, ...(options.context === undefined ? {} : { context: options.context }) }, stop: () => Promise.resolve() };
  const began = performance.now();
  const onProgress = (progress: { message: string }): void => narrator.progress('cluster', progress.message);
  const binaries = await ensureBinaries({ onProgress, signal: options.signal });
  const plane = await startControlPlane({ directory: options.directory, binaries, durable: true, onProgress });
  narrator.done('cluster', `a real Kubernetes API server ${plane.version}, pods simulated`, performance.now() - began);
  return { kubeconfig: { file: plane.kubeconfigPath }, stop: () => plane.stop() };
}
