import { CodexError, errorData } from '../errors/index.ts';
import type { ApplyLoopOptions } from './apply-loop.ts';
import { applyErrors } from './codes.ts';
import type { DesiredState } from './ports.ts';
import { createSession, decideFor, remember } from './environment-session.ts';
import { keepLease } from './keep-lease.ts';
import { runStep, standing, type StepResult } from './run-step.ts';
import type { StepServices } from './step.ts';
import type { ApplyWork, EnvironmentTarget } from './types.ts';

/** One environment held by this process: runs its steps, and asks for one when what it watches changes. */
export interface EnvironmentRunner {
  /** Remembers and watches what was applied before, and asks for a first step if there is anything; nothing when that is done. */
  begin(): void;
  run(work: ApplyWork): Promise<void>;
  stop(): Promise<void>;
}

/** At most one look at what changed in this time: a roll-out makes events in bursts. */
const lookEveryMs = 10;

/** How often the progress of a roll-out is recorded. */
const progressEveryMs = 1_000;

export function createEnvironmentRunner(
  target: EnvironmentTarget,
  options: ApplyLoopOptions,
  onError: (error: unknown) => void,
): EnvironmentRunner {
  const { work: source, ledger, cluster, telemetry } = options;
  const now = options.clock ?? (() => performance.now());
  const stopping = new AbortController();
  let busy: Promise<void> = Promise.resolve();
  let isBusy = false;
  let last: Pick<StepResult, 'digest' | 'progress'> | undefined;
  let steppedAt = Number.NEGATIVE_INFINITY;
  let requested = false;
  let lookTimer: NodeJS.Timeout | undefined;
  let laterTimer: NodeJS.Timeout | undefined;
  let lookedAt = Number.NEGATIVE_INFINITY;
  let unreachable = false;
  let desired: DesiredState | undefined;

  const session = createSession({
    target,
    cluster,
    onChange: notice,
    onConnected() {
      if (unreachable) request('the cluster is reachable again');
      unreachable = false;
      notice();
    },
    onDisconnected(error) {
      telemetry.count('apply_watch_failures', { kind: error.kind });
      notice();
    },
  });

  function request(reason: string): void {
    if (requested || stopping.signal.aborted) return;
    requested = true;
    source.requestApply(target.id, reason).catch((error: unknown) => {
      requested = false;
      onError(error);
      lookLater(1_000);
    });
  }

  function notice(): void {
    session.isStale = true;
    lookSoon();
  }

  function lookSoon(): void {
    if (lookTimer !== undefined || isBusy || stopping.signal.aborted) return;
    const idle = performance.now() - lookedAt > lookEveryMs;
    lookTimer = setTimeout(look, idle ? 0 : lookEveryMs);
  }

  function lookLater(afterMs: number): void {
    laterTimer ??= setTimeout(() => {
      laterTimer = undefined;
      lookSoon();
    }, afterMs);
  }

  /** Whether a step would do or report something else now than the last one did. */
  function look(): void {
    lookTimer = undefined;
    if (isBusy || requested || stopping.signal.aborted) return;
    lookedAt = performance.now();
    const { memory, reading } = session;
    if (memory === undefined || reading === undefined) return;
    const decision = reading.stopped ? undefined : decideFor(session, memory, reading, now());
    const stands = standing(session, memory, reading, decision);
    if (stands.digest !== last?.digest) request('what is watched changed');
    if (stands.progress === last?.progress) return;
    // How far a roll-out has come is recorded now and then; that it ended, at once.
    const pause = steppedAt + progressEveryMs - performance.now();
    if (pause > 0) lookLater(pause);
    else request('a roll-out goes on');
  }

  async function step(work: ApplyWork): Promise<void> {
    const startedAt = performance.now();
    if (JSON.stringify(session.target) !== JSON.stringify(work.environment))
      session.revisions.clear();
    session.target = work.environment;
    requested = false;
    const lease = keepLease(source, work, stopping.signal);
    let finishing = false;
    try {
      desired ??= await options.desired(target.id);
      const services: StepServices = {
        cluster,
        ledger,
        desired,
        checkpoint: options.checkpoint,
        telemetry,
        now,
        concurrency: options.writes ?? 24,
        leaseMarginMs: Math.min(options.leaseMarginMs ?? 1_000, lease.lengthMs / 5),
      };
      const result = await runStep(work, session, services, lease);
      lease.stopRenewing();
      // Nothing is recorded under a lost lease: whoever holds it now finds out by itself.
      if (lease.isLost()) throw leaseLost(work);
      finishing = true;
      await finish(work, result);
      telemetry.duration('apply_step', (performance.now() - startedAt) / 1000, {
        outcome: result.outcome.kind,
      });
      await options.checkpoint('apply.recorded');
    } catch (error) {
      session.memory = undefined;
      desired = undefined;
      onError(error);
      // When finishing itself failed, the lease is lost or the record is away: it ends by itself.
      if (!lease.isLost() && !finishing) await giveBack(work, error);
    } finally {
      lease.stopRenewing();
    }
  }

  async function finish(work: ApplyWork, result: StepResult): Promise<void> {
    const { memory } = session;
    if (result.isNews) await source.finish(work, result.outcome, result.report);
    else await source.finish(work, result.outcome);
    if (memory && result.isNews) {
      memory.inventoryRevision += 1;
      memory.lastAppliedCommit = result.report.commit ?? memory.lastAppliedCommit;
    }
    // Jobs whose delete policy says so may go once the end of their run is stored.
    session.isStale ||= session.unsavedRuns.size > 0;
    session.unsavedRuns.clear();
    last = { digest: result.digest, progress: result.progress };
    steppedAt = performance.now();
    unreachable = result.report.conditions.some(({ type }) => type === 'cluster-unreachable');
  }

  async function giveBack(work: ApplyWork, error: unknown): Promise<void> {
    try {
      await source.finish(work, { kind: 'retry', error: errorData(error, 'CK-APPLY-007') });
    } catch (further) {
      // The lease ends by itself.
      onError(further);
    }
  }

  async function begin(): Promise<void> {
    const memory = await remember(session, ledger, undefined);
    if (memory.inventory.size > 0 || memory.lastAppliedCommit !== undefined) {
      request('an apply process took the environment over');
    }
  }

  function exclusively(action: () => Promise<void>): Promise<void> {
    busy = busy.then(async () => {
      isBusy = true;
      try {
        await action();
      } finally {
        isBusy = false;
        if (session.isStale) lookSoon();
      }
    });
    return busy;
  }

  return {
    begin: () => {
      if (session.memory === undefined) void exclusively(() => begin().catch(onError));
    },
    run: (work) => exclusively(() => step(work)),
    async stop() {
      clearTimeout(lookTimer);
      clearTimeout(laterTimer);
      stopping.abort();
      await busy;
      await session.view.stop();
    },
  };
}

function leaseLost(work: ApplyWork): CodexError {
  const { title, hint } = applyErrors['CK-APPLY-005'];
  const { id, environment } = work;
  const where = { environment: environment.id, work: id, fencingToken: work.fencingToken };
  return new CodexError({
    code: 'CK-APPLY-005',
    message: `${title}: ${environment.name}`,
    where,
    hint,
  });
}
