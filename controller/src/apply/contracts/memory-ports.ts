import type { ApplyLedger, RecordedContent, WorkSource } from '../ports.ts';
import type {
  AppliedObject,
  ApplyOutcome,
  ApplyReport,
  ApplyWork,
  EnvironmentTarget,
  HookRun,
  ObjectIdentity,
} from '../types.ts';

/**
 * The ports of the apply room in memory: the same promises as the Postgres implementation, for the
 * room's own tests and for trying the loop without a platform. One store, any number of processes.
 */
export interface MemoryStore {
  readonly ledger: ApplyLedger;
  /** The work source of one process. */
  workSource(owner: string): WorkSource;
  addEnvironment(target: EnvironmentTarget): void;
  recordContent(
    environmentId: string,
    stack: string,
    contentHash: string,
    content?: Partial<RecordedContent>,
  ): void;
  recordCommit(environmentId: string, commit: string): void;
  /** Ends the leases of all works now, as if their time had passed. */
  expireWork(): void;
  /** Ends the leases of a process on its environments. */
  expireEnvironments(owner: string): void;
  /** Gives the long lease of an environment to a process. */
  reserve(environmentId: string, owner: string): void;
  /** What the environment's steps reported, oldest first. */
  reports(environmentId: string): readonly ApplyReport[];
  /** How the last step of the environment ended. */
  lastOutcome(environmentId: string): ApplyOutcome | undefined;
}

interface Row {
  target: EnvironmentTarget;
  holder: string | undefined;
  generation: number;
  claimedGeneration: number;
  status: 'idle' | 'ready' | 'leased' | 'parked';
  dueAt: number;
  token: number;
  leaseEndsAt: number;
  attempts: number;
  objects: Map<string, AppliedObject>;
  hookRuns: Map<string, HookRun>;
  inventoryRevision: number;
  lastAppliedCommit: string | undefined;
  contents: Map<string, RecordedContent>;
  commits: string[];
  reports: ApplyReport[];
  lastOutcome: ApplyOutcome | undefined;
}

export function createMemoryStore(
  options: { leaseMs?: number; backoffMs?: number } = {},
): MemoryStore {
  const { leaseMs = 15_000, backoffMs = 200 } = options;
  const rows = new Map<string, Row>();
  const listeners = new Set<() => void>();
  const timers = new Set<NodeJS.Timeout>();

  function rowOf(environmentId: string): Row {
    const row = rows.get(environmentId);
    if (!row) throw new Error(`there is no environment ${environmentId}`);
    return row;
  }

  function notify(): void {
    for (const listener of listeners) setImmediate(listener);
  }

  function notifyAfter(ms: number): void {
    const timer = setTimeout(() => {
      timers.delete(timer);
      notify();
    }, ms);
    timer.unref();
    timers.add(timer);
  }

  function isDue(row: Row): boolean {
    const now = performance.now();
    if (row.status === 'leased') return row.leaseEndsAt <= now;
    return (row.status === 'ready' || row.status === 'parked') && row.dueAt <= now;
  }

  function isHeldBy(row: Row, work: ApplyWork): boolean {
    return (
      row.status === 'leased' &&
      String(row.token) === work.fencingToken &&
      row.leaseEndsAt > performance.now()
    );
  }

  function settle(row: Row, outcome: ApplyOutcome): void {
    const now = performance.now();
    row.lastOutcome = outcome;
    row.attempts = outcome.kind === 'retry' ? row.attempts + 1 : 0;
    if (outcome.kind === 'retry') {
      const pause = outcome.afterMs ?? Math.min(backoffMs * 2 ** row.attempts, 30_000);
      Object.assign(row, { status: 'ready', dueAt: now + pause });
      notifyAfter(pause);
    } else if (outcome.kind === 'park') {
      const { deadlineMs } = outcome;
      Object.assign(row, {
        status: 'parked',
        dueAt: now + (deadlineMs ?? Number.POSITIVE_INFINITY),
      });
      if (deadlineMs !== undefined) notifyAfter(deadlineMs);
    } else row.status = 'idle';
    if (row.generation > row.claimedGeneration) {
      Object.assign(row, { status: 'ready', dueAt: now });
      notify();
    }
  }

  const ledger: ApplyLedger = {
    async loadEnvironment(environmentId) {
      const { objects, hookRuns, inventoryRevision, lastAppliedCommit } = rowOf(environmentId);
      return {
        inventoryRevision,
        objects: [...objects.values()].map((object) => ({ ...object })),
        hookRuns: [...hookRuns.values()].map((run) => ({ ...run })),
        ...(lastAppliedCommit === undefined ? {} : { lastAppliedCommit }),
      };
    },
    async recordedContent(environmentId, stack, contentHash) {
      return rowOf(environmentId).contents.get(`${stack} ${contentHash}`);
    },
    async publishedSince(environmentId, commit, since) {
      const { commits } = rowOf(environmentId);
      return commits.lastIndexOf(commit) > commits.lastIndexOf(since);
    },
  };

  function workSource(owner: string): WorkSource {
    return {
      async acquireEnvironments() {
        for (const row of rows.values()) row.holder ??= owner;
        return [...rows.values()].filter((row) => row.holder === owner).map((row) => row.target);
      },
      async releaseEnvironments() {
        for (const row of rows.values()) if (row.holder === owner) row.holder = undefined;
      },
      async claim(limit) {
        const works: ApplyWork[] = [];
        for (const [id, row] of rows) {
          if (works.length >= limit || row.holder !== owner || !isDue(row)) continue;
          row.status = 'leased';
          row.token += 1;
          row.leaseEndsAt = performance.now() + leaseMs;
          row.claimedGeneration = row.generation;
          works.push({
            id,
            environment: row.target,
            generation: row.generation,
            fencingToken: String(row.token),
            leaseEndsAt: row.leaseEndsAt,
            attempts: row.attempts,
            inventoryRevision: row.inventoryRevision,
            runsWait: false,
          });
        }
        return works;
      },
      async renew(work) {
        const row = rowOf(work.environment.id);
        if (!isHeldBy(row, work)) return false;
        row.leaseEndsAt = performance.now() + leaseMs;
        work.leaseEndsAt = row.leaseEndsAt;
        return true;
      },
      async finish(work, outcome, report) {
        const row = rowOf(work.environment.id);
        if (!isHeldBy(row, work)) throw new Error(`work ${work.id} is fenced: its lease was lost`);
        if (report) store(row, report);
        settle(row, outcome);
      },
      async requestApply(environmentId) {
        const row = rowOf(environmentId);
        row.generation += 1;
        if (row.status !== 'leased') Object.assign(row, { status: 'ready', dueAt: 0 });
        notify();
      },
      onWork(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    };
  }

  return {
    ledger,
    workSource,
    addEnvironment(target) {
      rows.set(target.id, {
        target,
        holder: undefined,
        generation: 0,
        claimedGeneration: 0,
        status: 'idle',
        dueAt: 0,
        token: 0,
        leaseEndsAt: 0,
        attempts: 0,
        objects: new Map(),
        hookRuns: new Map(),
        inventoryRevision: 0,
        lastAppliedCommit: undefined,
        contents: new Map(),
        commits: [],
        reports: [],
        lastOutcome: undefined,
      });
    },
    recordContent(environmentId, stack, contentHash, content = {}) {
      const recorded = { runId: 'run', sourceSha: 'source', approved: true, ...content };
      rowOf(environmentId).contents.set(`${stack} ${contentHash}`, recorded);
    },
    recordCommit(environmentId, commit) {
      rowOf(environmentId).commits.push(commit);
    },
    expireWork() {
      for (const row of rows.values()) row.leaseEndsAt = 0;
      notify();
    },
    expireEnvironments(owner) {
      for (const row of rows.values()) if (row.holder === owner) row.holder = undefined;
    },
    reserve(environmentId, owner) {
      rowOf(environmentId).holder = owner;
    },
    reports: (environmentId) => rowOf(environmentId).reports,
    lastOutcome: (environmentId) => rowOf(environmentId).lastOutcome,
  };
}

function store(row: Row, report: ApplyReport): void {
  for (const removed of report.removed) row.objects.delete(rowKey(removed));
  for (const object of report.upserts) row.objects.set(rowKey(object), { ...object });
  for (const run of report.hookRuns) row.hookRuns.set(run.jobUid, { ...run });
  row.lastAppliedCommit = report.commit ?? row.lastAppliedCommit;
  row.inventoryRevision += 1;
  row.reports.push(report);
}

function rowKey({ apiVersion, kind, namespace = '', name }: ObjectIdentity): string {
  return [apiVersion, kind, namespace, name].join(' ');
}
