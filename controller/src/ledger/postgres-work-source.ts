import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import type {
  ApplyOutcome,
  ApplyReport,
  ApplyWork,
  EnvironmentTarget,
  WorkSource,
} from '../apply/index.ts';
import type { Database } from '../database/index.ts';
import { CodexError } from '../errors/index.ts';
import { claimWork, finishWork, recoverWork, renewLeases, workChannel } from '../queue/index.ts';
import type { Outcome, WorkItem } from '../queue/index.ts';
import { requestApply } from '../triggers/index.ts';
import { createEnvironmentLeases } from './environment-leases.ts';
import { recordReport } from './record-report.ts';

/** Whose work this is and how long it is lent. */
export interface WorkSourceOptions {
  owner: string;
  clusters: readonly string[];
  workLeaseMs: number;
  environmentLeaseMs: number;
}

const kind = 'apply';
const recoverEveryMs = 1_000;

/** The apply loop's work out of the queue, claimed only for environments that this process holds. */
export function createPostgresWorkSource(
  db: Database,
  options: WorkSourceOptions,
): WorkSource & { close(): Promise<void> } {
  const leases = createEnvironmentLeases(db, {
    owner: options.owner,
    clusters: options.clusters,
    leaseMs: options.environmentLeaseMs,
  });
  const items = new Map<string, WorkItem>();
  const listeners = new Set<() => void>();
  let targets = new Map<string, EnvironmentTarget>();
  let recoveredAt = Number.NEGATIVE_INFINITY;
  let due: NodeJS.Timeout | undefined;

  const call = (): void => {
    for (const listener of listeners) listener();
  };
  let acquiring: Promise<EnvironmentTarget[]> | undefined;
  // Calls join: the later of two at once would not see what the earlier one is just taking.
  const acquire = (): Promise<EnvironmentTarget[]> => {
    acquiring ??= leases
      .acquire()
      .then((held) => {
        targets = new Map(held.map((target) => [target.id, target]));
        return held;
      })
      .finally(() => (acquiring = undefined));
    return acquiring;
  };
  // A held environment stays held while its process lives, whatever the loop is busy with.
  const renewal = setInterval(
    () => void (targets.size > 0 && acquire().catch(() => undefined)),
    options.environmentLeaseMs / 3,
  );
  const closing = new AbortController();
  const listening = listenUntil(closing.signal, () =>
    db.listen(workChannel, (announced) => announced === kind && call(), call),
  );
  // What was announced before the first subscription stood is looked for once.
  void listening.then(call);

  // What falls due may be a lease that ended or a deadline: both are looked for before the next claim.
  const fallDue = (): void => {
    recoveredAt = Number.NEGATIVE_INFINITY;
    call();
  };

  const itemOf = (work: ApplyWork): WorkItem => {
    const item = items.get(work.id);
    if (!item || item.fencingToken !== work.fencingToken)
      throw new CodexError({
        code: 'CK-LEDGER-001',
        message: `work ${work.id} is not held by ${options.owner}`,
        where: { environment: work.environment.id },
        hint: 'its lease was lost; another process does it',
      });
    return item;
  };

  return {
    acquireEnvironments: acquire,
    async releaseEnvironments() {
      targets = new Map();
      await leases.release();
      // Whoever waits for an environment is told that one is free.
      await db.query('select pg_notify($1, $2)', [workChannel, kind]);
    },
    async claim(limit) {
      const now = performance.now();
      if (now - recoveredAt > recoverEveryMs) {
        recoveredAt = now;
        await recoverWork(db, { kinds: [kind], maxAttempts: [1] });
      }
      const keys = [...targets.keys()];
      if (keys.length === 0) return [];
      const claimed = await claimWork(db, {
        owner: options.owner,
        leaseMs: options.workLeaseMs,
        asks: [{ kind, total: limit, keys }],
      });
      clearTimeout(due);
      if (claimed.nextDueMs !== undefined)
        due = setTimeout(fallDue, Math.min(claimed.nextDueMs + 1, 60_000)).unref();
      if (claimed.items.length === 0) return [];
      const stand = await standOf(db, claimed.items);
      return claimed.items.flatMap((item) => {
        const environment = targets.get(item.key);
        if (!environment) return [];
        items.set(item.id, item);
        return [
          {
            id: item.id,
            environment,
            generation: item.generation,
            fencingToken: item.fencingToken,
            leaseEndsAt: now + options.workLeaseMs,
            attempts: item.attempts,
            inventoryRevision: stand.get(item.key)?.inventory_revision ?? 0,
            runsWait: stand.get(item.key)?.runs_wait ?? false,
          },
        ];
      });
    },
    async renew(work) {
      const began = performance.now();
      const item = items.get(work.id);
      if (!item || item.fencingToken !== work.fencingToken) return false;
      const held = await renewLeases(db, [item], options.workLeaseMs);
      if (!held.has(item.id)) return false;
      work.leaseEndsAt = began + options.workLeaseMs;
      return true;
    },
    async finish(work, outcome, report) {
      const item = itemOf(work);
      items.delete(work.id);
      await finishWork(db, [item], recorded(work, outcome, report));
    },
    async requestApply(environmentId, reason) {
      const target = targets.get(environmentId);
      await db.inTransaction((tx) => requestApply(tx, environmentId, target?.projectId, reason));
    },
    onWork(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      clearInterval(renewal);
      clearTimeout(due);
      listeners.clear();
      closing.abort();
      await (
        await listening
      )?.();
    },
  };
}

const listenAgainMs = 1_000;

/** Subscribes, trying again while the database is away. */
async function listenUntil(
  signal: AbortSignal,
  listen: () => Promise<() => Promise<void>>,
): Promise<(() => Promise<void>) | undefined> {
  while (!signal.aborted) {
    try {
      return await listen();
    } catch {
      await pause(listenAgainMs, undefined, { signal }).catch(() => undefined);
    }
  }
  return undefined;
}

/** The outcome as the queue knows it, with the report stored in the same transaction. */
function recorded(
  work: ApplyWork,
  outcome: ApplyOutcome,
  report: ApplyReport | undefined,
): Outcome {
  return report === undefined
    ? outcome
    : { ...outcome, record: (tx) => recordReport(tx, work.environment, report) };
}

interface StandRow {
  id: string;
  inventory_revision: number;
  runs_wait: boolean;
}

async function standOf(
  db: Database,
  items: readonly WorkItem[],
): Promise<ReadonlyMap<string, StandRow>> {
  const rows = await db.query<StandRow>(
    `select e.id, e.inventory_revision, exists (
       select from core.agent_runs a where a.environment_id = e.id and a.kind = 'deploy'
         and a.status = 'running' and a.phase in ('committed', 'applied')) as runs_wait
     from core.environments e where e.id = any($1::uuid[])`,
    [items.map((item) => item.key)],
  );
  return new Map(rows.map((row) => [row.id, row]));
}
