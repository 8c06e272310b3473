import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { eventually, sharedControlPlane, uniqueName } from '@codex-k8s/testing';
import { passCheckpoint, type Checkpoint } from '../../checkpoints/index.ts';
import type { ErrorData } from '../../errors/index.ts';
import {
  connectCluster,
  type ClusterConnection,
  type KubernetesObject,
  type ObjectReference,
} from '../../kubernetes/index.ts';
import type { Telemetry } from '../../telemetry/index.ts';
import { createApplyLoop, type ApplyLoop, type ApplyLoopOptions } from '../apply-loop.ts';
import { createMemoryStore, type MemoryStore } from '../contracts/index.ts';
import type { ApplyReport, EnvironmentTarget, ObjectChange } from '../types.ts';
import { createDesiredRepository, type DesiredRepository } from './desired-repository.ts';
import { stackDirectory, type UnitSource } from './manifests.ts';

const run = promisify(execFile);

/** One environment on the real API server, with everything around it in memory. */
export interface Rig {
  target: EnvironmentTarget;
  namespace: string;
  store: MemoryStore;
  desired: DesiredRepository;
  cluster: ClusterConnection;
  errors: ErrorData[];
  /** Starts another loop (process) over the same store. */
  startLoop(owner?: string, options?: Partial<ApplyLoopOptions>): ApplyLoop;
  /** Commits a stack of units as a run of the platform does, and asks for an apply. Returns its content hash. */
  publish(units: UnitSource[], stack?: string): Promise<string>;
  /** Waits until the last report says so. */
  reported(check: (report: ApplyReport) => boolean, timeoutMs?: number): Promise<ApplyReport>;
  /** Waits until the stack's current content is healthy and all its kinds are watched. */
  healthy(stack?: string, timeoutMs?: number): Promise<ApplyReport>;
  /** Everything changed since the last call. */
  changes(): ObjectChange[];
  /** Requests of the loops since the last call: `verb resource`, open watches left out. */
  requests(): string[];
  /** Only those of them that write. */
  writes(): string[];
  get(reference: Omit<ObjectReference, 'namespace'>): Promise<KubernetesObject>;
  /** A connection that is nobody's but the test's: its requests are not counted. */
  person: ClusterConnection;
  /** What a person does by hand. */
  kubectl(...args: string[]): Promise<string>;
  /** Stops the loops as a process does that is told to end. */
  stopLoops(): Promise<void>;
  close(): Promise<void>;
}

export interface RigOptions {
  target?: Partial<EnvironmentTarget>;
  checkpoint?: Checkpoint;
  loop?: Partial<ApplyLoopOptions>;
  kubeconfigPath?: string;
  leaseMs?: number;
  /** Name of the process; 'one' by default. */
  owner?: string;
  /** Goes on with the record and the desired state of another rig: a restart. With the record alone: an environment beside. */
  reuse?: { store: MemoryStore; desired?: DesiredRepository };
  /** False: the test starts its loops itself. */
  start?: boolean;
}

/** Makes a rig and starts one loop. */
export async function createRig(options: RigOptions = {}): Promise<Rig> {
  const plane = await sharedControlPlane();
  const requests: string[] = [];
  const listed = new Set<string>();
  const telemetry: Telemetry = {
    duration(metric, _seconds, labels) {
      if (metric === 'kubernetes_request')
        requests.push(`${labels?.['verb']} ${labels?.['resource']}`);
      if (labels?.['verb'] === 'list') listed.add(labels['resource'] ?? '');
    },
    count() {},
    gauge() {},
  };
  const kubeconfig = { file: options.kubeconfigPath ?? plane.kubeconfigPath };
  const cluster = await connectCluster({ name: 'local', kubeconfig, telemetry });
  const person = await connectCluster({
    name: 'local',
    kubeconfig: { file: plane.kubeconfigPath },
  });
  const { reuse } = options;
  const store =
    reuse?.store ?? createMemoryStore({ leaseMs: options.leaseMs ?? 15_000, backoffMs: 50 });
  const desired = reuse?.desired ?? createDesiredRepository();
  const namespace = options.target?.namespace ?? uniqueName('apply');
  const target: EnvironmentTarget = {
    id: uniqueName('env'),
    projectId: 'project',
    project: namespace,
    name: 'production',
    cluster: 'local',
    branch: 'env/production',
    namespace,
    namespaces: [namespace],
    driftPolicy: 'correct',
    protected: false,
    ...options.target,
  };
  if (!reuse?.desired) store.addEnvironment(target);
  const loops: ApplyLoop[] = [];
  const errors: ErrorData[] = [];
  let told = store.reports(target.id).length;

  const rig: Rig = {
    target,
    namespace,
    store,
    desired,
    cluster,
    person,
    errors,
    startLoop(owner = 'one', further = {}) {
      const loop = createApplyLoop({
        work: store.workSource(owner),
        ledger: store.ledger,
        desired: async () => desired,
        cluster,
        checkpoint: options.checkpoint ?? passCheckpoint,
        telemetry,
        pollMs: 500,
        onError: (error) => errors.push(error),
        ...options.loop,
        ...further,
      });
      loops.push(loop);
      loop.start();
      return loop;
    },
    async publish(units, stack = 'shop') {
      const place = { project: target.project, environment: target.name, namespace, stack };
      const commit = desired.commit({ [stack]: stackDirectory(place, units) });
      const contentHash = desired.hashOf(stack);
      store.recordContent(target.id, stack, contentHash);
      store.recordCommit(target.id, commit);
      await store.workSource('publisher').requestApply(target.id, 'publish');
      return contentHash;
    },
    reported(check, timeoutMs = 20_000) {
      return eventually(
        () => {
          const report = store.reports(target.id).at(-1);
          if (!report) throw new Error('nothing was reported');
          if (!check(report)) {
            const { stacks, conditions, health } = report;
            throw new Error(JSON.stringify({ stacks, conditions, health, errors }));
          }
          return report;
        },
        { timeoutMs, intervalMs: 5 },
      );
    },
    async healthy(stack = 'shop', timeoutMs = 20_000) {
      const contentHash = desired.hashOf(stack);
      const last = await rig.reported(
        (report) =>
          report.health === 'healthy' &&
          report.stacks.some(
            (entry) =>
              entry.stack === stack &&
              entry.contentHash === contentHash &&
              entry.state === 'healthy',
          ),
        timeoutMs,
      );
      // Every kind is watched by then: what is asked later is a request of its own.
      const { objects, hookRuns } = await store.ledger.loadEnvironment(target.id);
      const kinds = new Set([...objects.map(({ kind }) => kind), ...hookRuns.map(() => 'Job')]);
      const isWatched = () => loops.length === 0 || listed.size >= kinds.size;
      await eventually(isWatched, { timeoutMs, intervalMs: 2 });
      return last;
    },
    changes() {
      const reports = store.reports(target.id);
      const fresh = reports.slice(told);
      told = reports.length;
      return fresh.flatMap((report) => report.changes);
    },
    requests: () => requests.splice(0),
    writes: () => requests.splice(0).filter((request) => /^(apply|delete)/u.test(request)),
    get: (reference) => person.get({ namespace, ...reference }),
    async kubectl(...args) {
      const { stdout } = await run('kubectl', [
        `--kubeconfig=${plane.kubeconfigPath}`,
        '-n',
        namespace,
        ...args,
      ]);
      return stdout;
    },
    async stopLoops() {
      await Promise.all(loops.splice(0).map((loop) => loop.stop()));
    },
    async close() {
      await rig.stopLoops();
      await person
        .delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace })
        .catch(() => undefined);
      await Promise.all([cluster.close(), person.close()]);
    },
  };
  if (options.start !== false) rig.startLoop(options.owner);
  return rig;
}
