import { randomUUID } from 'node:crypto';
import type { Database } from '../database/index.ts';
import { silentTelemetry } from '../telemetry/index.ts';
import type { Ask } from './claim-decision.ts';
import { claimWork } from './claim.ts';
import { noProject } from './enqueue.ts';
import { defaultMaxAttempts } from './finish.ts';
import { forgetTopics, recoverWork, releaseLeases, renewLeases } from './leases.ts';
import { createRunningWork, runWork } from './running.ts';
import type { RunningWork } from './running.ts';
import type { WorkItem } from './types.ts';
import { workChannel } from './types.ts';
import type { BatchKind, SingleKind, Worker, WorkerOptions } from './worker-options.ts';

const defaultBatch = 100;
const defaultGraceMs = 5_000;
// Another worker was just taking the same rows: look again when it has them.
const missedPauseMs = 15;
const databaseAwayPauseMs = 1_000;
const servedMemory = 64;
const topicsCareMs = 3_600_000;

/**
 * A worker over the queue: claims what is due for its kinds as far as their budgets go, runs the
 * handlers, renews the leases, finishes. Woken by notifications and by the time at which the next
 * item falls due, with a slow poll behind; idle, it costs one statement per poll.
 */
export function createWorker(db: Database, options: WorkerOptions): Worker {
  const { kinds } = options;
  const names = Object.keys(kinds);
  const leaseMs = options.leaseMs ?? 15_000;
  const pollMs = options.pollMs ?? 5_000;
  const telemetry = options.telemetry ?? silentTelemetry;
  const owner = `${options.name} ${randomUUID()}`;
  const running = new Map<RunningWork, { kind: string; done: Promise<void> }>();
  let served: string[] = [];
  let state: 'new' | 'started' | 'stopping' = 'new';
  let pumping: Promise<void> | undefined;
  let again = false;
  const isStarted = (): boolean => state === 'started';
  let wakeTimer: NodeJS.Timeout | undefined;
  const spacedUntil = new Map<string, number>();
  let renewTimer: NodeJS.Timeout | undefined;
  let recoverAt = 0;
  let topicsAt = performance.now() + topicsCareMs;
  let listening: Promise<(() => Promise<void>) | undefined> = Promise.resolve(undefined);

  function pump(): void {
    if (state !== 'started') return;
    again = true;
    pumping ??= claimAll();
  }

  function pumpIn(ms: number): void {
    clearTimeout(wakeTimer);
    wakeTimer = setTimeout(pump, ms);
  }

  async function claimAll(): Promise<void> {
    let next = pollMs;
    while (again && isStarted()) {
      again = false;
      try {
        next = await claimOnce();
      } catch {
        telemetry.count('queue_claim_errors');
        next = databaseAwayPauseMs;
      }
    }
    // In the same turn as the last look at `again`: a call that comes later begins a new round.
    pumping = undefined;
    if (state === 'started') pumpIn(Math.min(next, ...[...spacedUntil.keys()].map(spacingLeft)));
  }

  /** Milliseconds until a kind's next batch may start; 0: at once. */
  const spacingLeft = (name: string): number =>
    Math.max(0, (spacedUntil.get(name) ?? 0) - performance.now());

  /** A batch that was not full keeps the next one waiting, so that a stream of items goes in few batches. */
  function space(items: readonly WorkItem[]): void {
    for (const [name, taken] of Map.groupBy(items, (item) => item.kind)) {
      const kind = kinds[name];
      if (!kind || !('handleBatch' in kind) || !kind.spacingMs) continue;
      if (taken.length < (kind.batch ?? defaultBatch))
        spacedUntil.set(name, performance.now() + kind.spacingMs);
    }
  }

  /** One claim for all kinds that have room. Resolves to how long to wait when nobody calls. */
  async function claimOnce(): Promise<number> {
    const now = performance.now();
    if (now >= recoverAt) {
      await recoverWork(db, {
        kinds: names,
        maxAttempts: names.map((name) => kinds[name]?.maxAttempts ?? defaultMaxAttempts),
      });
      recoverAt = now + pollMs;
    }
    if (now >= topicsAt) {
      topicsAt = now + topicsCareMs;
      await forgetTopics(db);
    }
    const asks = roomLeft();
    if (asks.length === 0) return pollMs;
    const began = performance.now();
    const claim = await claimWork(db, { owner, leaseMs, asks, served });
    if (claim.items.length > 0)
      telemetry.duration('queue_claim', (performance.now() - began) / 1000);
    // Claimed while stop was called: handed back, not begun.
    if (state !== 'started') {
      await releaseLeases(db, claim.items);
      return pollMs;
    }
    for (const item of claim.items) noteServed(item);
    space(claim.items);
    for (const group of groupsOf(claim.items)) run(group, began + leaseMs);
    // Without an item nothing has changed: looking again at once would find the same.
    if (claim.items.length > 0 && claim.more) again = true;
    if (claim.missed > 0) return missedPauseMs;
    if (claim.nextDueMs === undefined || claim.nextDueMs >= pollMs) return pollMs;
    // What falls due may be a lease or a deadline: look at those then, too.
    recoverAt = Math.min(recoverAt, performance.now() + claim.nextDueMs);
    return Math.ceil(claim.nextDueMs) + 1;
  }

  function roomLeft(): Ask[] {
    return names.flatMap((name): Ask[] => {
      const kind = kinds[name];
      const keys = options.keyFilter?.(name);
      if (!kind || spacingLeft(name) > 0) return [];
      // Only a look ends the wait: what was announced meanwhile has nothing else that looks for it.
      spacedUntil.delete(name);
      if (keys?.length === 0) return [];
      const busy = [...running].filter(([, entry]) => entry.kind === name);
      const free = kind.concurrency - busy.length;
      if (free <= 0) return [];
      const filter = keys === undefined ? {} : { keys };
      if ('handleBatch' in kind)
        return [{ kind: name, total: kind.batch ?? defaultBatch, batched: true, ...filter }];
      const ordinary = busy.filter(([work]) => work.items[0]?.lane !== 'short').length;
      return [
        {
          kind: name,
          total: free,
          ordinary: Math.max(0, Math.min(free, kind.concurrency - (kind.reserved ?? 0) - ordinary)),
          ...filter,
        },
      ];
    });
  }

  function noteServed(item: WorkItem): void {
    const project = item.projectId ?? noProject;
    served = [...served.filter((other) => other !== project), project].slice(-servedMemory);
  }

  /** Single items by themselves; a batch together, except what has failed before. */
  function groupsOf(
    items: readonly WorkItem[],
  ): { kind: SingleKind | BatchKind; items: WorkItem[] }[] {
    const groups = new Map<string, { kind: SingleKind | BatchKind; items: WorkItem[] }>();
    for (const item of items) {
      const kind = kinds[item.kind];
      if (!kind) continue;
      const together = 'handleBatch' in kind && item.attempts === 0;
      const key = together ? item.kind : item.id;
      const group = groups.get(key) ?? { kind, items: [] };
      group.items.push(item);
      groups.set(key, group);
    }
    return [...groups.values()];
  }

  function run(
    group: { kind: SingleKind | BatchKind; items: WorkItem[] },
    leaseEndsAt: number,
  ): void {
    const work = createRunningWork(group.items, leaseEndsAt);
    const done = runWork({ db, telemetry }, group.kind, work)
      .catch(() => telemetry.count('queue_work_errors'))
      .finally(() => {
        work.end();
        running.delete(work);
        pump();
      });
    running.set(work, { kind: group.items[0]?.kind ?? '', done });
    renewTimer ??= setTimeout(() => void renew(), leaseMs / 3);
  }

  async function renew(): Promise<void> {
    const works = [...running.keys()].filter((work) => work.aborted !== 'lease-lost');
    try {
      // One at a time: a transaction elsewhere may hold one of these and want another.
      for (const work of works) {
        const began = performance.now();
        const held = await renewLeases(db, work.items, leaseMs);
        if (work.items.every((item) => held.has(item.id))) work.prolong(began + leaseMs);
        else if (running.has(work)) work.abort('lease-lost');
      }
    } catch {
      // The leases go on until their end; each aborts its handler then.
      telemetry.count('queue_renew_errors');
    }
    renewTimer = running.size > 0 ? setTimeout(() => void renew(), leaseMs / 3) : undefined;
  }

  async function listen(): Promise<(() => Promise<void>) | undefined> {
    while (isStarted()) {
      try {
        return await db.listen(
          workChannel,
          (kind) => {
            // While a kind keeps its distance, the timer that ends it looks at what has come.
            if (kind in kinds && !spacedUntil.has(kind)) pump();
          },
          pump,
        );
      } catch {
        telemetry.count('queue_listen_errors');
        await new Promise((resolve) => setTimeout(resolve, databaseAwayPauseMs));
      }
    }
    return undefined;
  }

  async function allEndWithin(ms: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const time = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), ms);
    });
    const all = Promise.all([...running.values()].map((entry) => entry.done)).then(() => true);
    const ended = await Promise.race([all, time]);
    clearTimeout(timer);
    return ended;
  }

  return {
    start() {
      if (state !== 'new') return;
      state = 'started';
      listening = listen();
      listening.then(pump, pump);
      pump();
    },
    async stop() {
      if (state === 'stopping') return;
      state = 'stopping';
      clearTimeout(wakeTimer);
      await (
        await listening
      )?.();
      await pumping;
      const graceMs = options.graceMs ?? defaultGraceMs;
      if (await allEndWithin(graceMs)) return clearTimeout(renewTimer);
      for (const work of running.keys()) work.abort('stopping');
      await allEndWithin(graceMs);
      // Who does not hear is left alone: its token is void from here on, another worker takes over.
      const deaf = [...running.keys()];
      for (const work of deaf) work.abort('lease-lost');
      for (const work of deaf)
        await releaseLeases(db, work.items).catch(() => telemetry.count('queue_release_errors'));
      clearTimeout(renewTimer);
    },
  };
}
