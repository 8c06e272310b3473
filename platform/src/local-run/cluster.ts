import { performance } from 'node:perf_hooks';
import {
  attachCluster,
  ensureBinaries,
  readBootstrapConfig,
  startControlPlane,
} from '@codex-k8s/bootstrap';
import type { Progress } from '@codex-k8s/bootstrap';
import type { Narrator } from '../local/index.ts';

/** A cluster that can be applied to. */
export interface PreparedCluster {
  kubeconfig: { file: string; context: string };
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
  const { narrator, kubeconfig, context } = options;
  if (kubeconfig !== undefined || context !== undefined) {
    const attached = await attachCluster({
      ...(kubeconfig === undefined ? {} : { kubeconfig }),
      ...(context === undefined ? {} : { context }),
    });
    return {
      kubeconfig: { file: attached.kubeconfigPath, context: attached.context },
      stop: () => Promise.resolve(),
    };
  }
  const began = performance.now();
  const onProgress = (progress: Progress): void => {
    if (progress.phase === 'warning') narrator.problem('cluster', progress.message);
    else narrator.progress('cluster', progress.message);
  };
  const binaries = await ensureBinaries({
    ...readBootstrapConfig(),
    onProgress,
    signal: options.signal,
  });
  const plane = await startControlPlane({
    directory: options.directory,
    binaries,
    durable: true,
    onProgress,
  });
  narrator.done(
    'cluster',
    `Kubernetes ${plane.version}, a real API server; pods are simulated`,
    performance.now() - began,
  );
  plane.ready.node.catch((error: unknown) =>
    narrator.problem(
      'cluster',
      `pods do not run: ${error instanceof Error ? error.message : String(error)}`,
    ),
  );
  return {
    kubeconfig: { file: plane.kubeconfigPath, context: plane.context },
    stop: () => plane.stop(),
  };
}
