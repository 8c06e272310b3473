import {
  connectCluster,
  errorData,
  passCheckpoint,
  startApplyRole,
  startControllerRole,
} from '@codex-k8s/controller';
import type { Checkpoint, ErrorData, RunningRole } from '@codex-k8s/controller';
import { createManifestPrograms, createRenderer } from '@codex-k8s/renderer';
import type { Config } from '../config.ts';
import { startApiRole } from './api-role.ts';
import { startProbes } from './probes.ts';
import type { Probes } from './probes.ts';
import type { ApiRole } from './api-role.ts';
import { openParts } from './parts.ts';
import type { Parts } from './parts.ts';

/** One running process of the platform. */
export interface Program {
  parts: Parts;
  /** Present in roles `all` and `api`. */
  api: ApiRole | undefined;
  /** Origin of the private listener: every role has one for its probes and metrics. */
  privateUrl: string;
  /** Starts applying to a cluster; may come later than the rest: pushes are rendered and committed meanwhile. */
  attachCluster(kubeconfig: { file: string; context?: string }): Promise<void>;
  /** Stops taking work, finishes what is under way, closes everything. */
  stop(): Promise<void>;
}

/** What the composition root may add to the configuration. */
export interface ProgramOptions {
  checkpoint?: Checkpoint;
  simulatedClusters?: ReadonlySet<string>;
  portalDirectory?: string;
  /** Told of failures that are repeated by themselves, or answered with a 5xx. */
  onError?(error: ErrorData): void;
}

/** Starts the roles that the configuration names. */
export async function startProgram(config: Config, options: ProgramOptions = {}): Promise<Program> {
  const parts = await openParts(config, options.checkpoint ?? passCheckpoint);
  const onError = options.onError ?? (() => undefined);
  const running: RunningRole[] = [];
  const cluster = { name: `cluster ${config.cluster}`, ready: false, message: 'not connected yet' };
  const applies = config.role === 'all' || config.role === 'apply';
  let api: ApiRole | undefined;
  let probes: Probes | undefined;
  const readiness = (): { name: string; ready: boolean; message?: string }[] => [
    { name: 'database', ready: true },
    ...(applies ? [cluster.ready ? { name: cluster.name, ready: true } : cluster] : []),
  ];

  let stopped = false;
  const attachCluster = async (kubeconfig: { file: string; context?: string }): Promise<void> => {
    // A cluster that was ready too late is not taken up any more: what it would use is closed.
    if (stopped) return;
    const connection = await connectCluster({
      name: config.cluster,
      kubeconfig,
      telemetry: parts.telemetry,
    });
    if (stopped) return connection.close();
    running.push({ stop: () => connection.close() });
    const applying = await startApplyRole({
      ...parts,
      cluster: { name: config.cluster, connection },
      workLeaseMs: config.workLeaseMs,
      environmentLeaseMs: config.environmentLeaseMs,
      onError,
    });
    if (stopped) return applying.stop();
    running.push(applying);
    cluster.ready = true;
  };
  const stop = async (): Promise<void> => {
    stopped = true;
    // In the order of the path: no new deliveries, then no new work, then the parts below.
    await api?.stop();
    await probes?.stop();
    for (const role of running.splice(0).toReversed()) await role.stop();
    await parts.close();
  };

  try {
    if (config.role === 'all' || config.role === 'api')
      api = await startApiRole(parts, {
        readiness,
        simulatedClusters: options.simulatedClusters ?? new Set(),
        ...(options.portalDirectory === undefined
          ? {}
          : { portalDirectory: options.portalDirectory }),
        publicListen: address(config.publicListen),
        privateListen: address(config.privateListen),
        onError: (error) => onError(errorData(error)),
      });
    else probes = await startProbes(parts, readiness, address(config.privateListen));
    if (config.role === 'all' || config.role === 'controller')
      running.push(
        await startControllerRole({
          ...parts,
          renderer: createRenderer({
            programs: createManifestPrograms({ toolsDirectory: config.toolsDirectory }),
          }),
          leaseMs: config.workLeaseMs,
          sweepIntervalMs: config.sweepIntervalMs,
          onError,
        }),
      );
    if (applies && config.kubeconfig !== undefined)
      await attachCluster({
        file: config.kubeconfig,
        ...(config.kubeContext === undefined ? {} : { context: config.kubeContext }),
      });
  } catch (error) {
    await stop();
    throw error;
  }
  return { parts, api, privateUrl: api?.privateUrl ?? probes?.url ?? '', attachCluster, stop };
}

function address(listen: string): { host: string; port: number } {
  const at = listen.lastIndexOf(':');
  return { host: listen.slice(0, at), port: Number(listen.slice(at + 1)) };
}
