import { join } from 'node:path';
import {
  attachCluster,
  ensureBinaries,
  readBootstrapConfig,
  startControlPlane,
  type ControlPlane,
} from '@codex-k8s/bootstrap';
import { temporaryDirectory } from '../temporary-directory.ts';

/** A cluster that several tests use at once: make names of your own and remove what you made. */
export interface SharedControlPlane {
  kubeconfigPath: string;
  context: string;
  server: string;
}

let shared: Promise<SharedControlPlane> | undefined;

/**
 * The cluster of this test run: the one that `CODEXK8S_TEST_KUBECONFIG` names (the root test runner
 * sets it), else one for this process, which ends with it. Its node is ready.
 */
export function sharedControlPlane(): Promise<SharedControlPlane> {
  shared ??= findOrStart();
  return shared;
}

/** A throw-away control plane of a test's own, for outages and the like; the caller stops it. Its node is ready. */
export async function startTestControlPlane(): Promise<ControlPlane> {
  const directory = await temporaryDirectory('cluster');
  const binaries = await ensureBinaries({
    ...readBootstrapConfig(),
    onProgress: ({ phase, message }) => {
      if (phase === 'build' || phase === 'download') process.stderr.write(`${message}\n`);
    },
  });
  const plane = await startControlPlane({
    directory: join(directory.path, 'cluster'),
    binaries,
    durable: false,
  });
  // The directory goes after the processes in it.
  void plane.closed.then(() => directory.remove());
  await plane.ready.node;
  return plane;
}

async function findOrStart(): Promise<SharedControlPlane> {
  const kubeconfig = process.env['CODEXK8S_TEST_KUBECONFIG'];
  if (kubeconfig) return attachCluster({ kubeconfig });
  return startTestControlPlane();
}
