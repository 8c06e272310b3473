import { applyObjects } from './apply-objects.ts';
import { writeMirrors } from './hook-mirror.ts';
import {
  decideFor,
  remember,
  unrecorded,
  type EnvironmentSession,
  type Memory,
} from './environment-session.ts';
import { pruneObjects } from './prune-objects.ts';
import { readDesired, type DesiredReading } from './read-desired.ts';
import { conclude, digestOf, environmentHealth, type Conclusion } from './report.ts';
import {
  beginStep,
  mayGoOn,
  recordApplied,
  type Step,
  type StepServices,
  type StepSignals,
} from './step.ts';
import { prepareHooks, runHooks } from './run-hooks.ts';
import { hasEffects, type Decision } from './step-decision.ts';
import type { ApplyWork } from './types.ts';

export interface StepResult extends Conclusion {
  /** Compared with how things stand later, to know whether another step is due. */
  digest: string;
  /** How the units stand: a change of it is worth a record, but not at once. */
  progress: string;
  /** False: the report would only repeat the last one. */
  isNews: boolean;
}

/**
 * One step of one environment: read what is desired, compare with what was recorded and what is
 * seen, do everything that may be done now, and say what is left. Every step may be repeated; an
 * exception leaves nothing recorded.
 */
export async function runStep(
  work: ApplyWork,
  session: EnvironmentSession,
  services: StepServices,
  signals: StepSignals,
): Promise<StepResult> {
  const memory = await remember(session, services.ledger, work.inventoryRevision);
  const step = beginStep(work, session, memory, services, signals);
  const reading = await readDesired(session, memory, services.desired, services.ledger);
  session.reading = reading;
  await prepareHooks(step, reading);
  const decision = reading.stopped ? undefined : await carryOut(step, reading);
  await writeMirrors(step, reading.stacks);

  const conclusion = conclude(step, reading, decision);
  const { report } = conclusion;
  const { stacks, conditions, health, commit } = report;
  const summary = JSON.stringify({ stacks, conditions, health, commit });
  // A run may be recorded after the step that brought its commit: it has not heard of it yet.
  const isNews =
    work.runsWait ||
    summary !== session.lastReport ||
    [report.changes, report.upserts, report.removed, report.hookRuns].some(
      ({ length }) => length > 0,
    );
  session.lastReport = summary;
  // Of the decision that was reported: what has happened since makes a difference.
  return { ...conclusion, isNews, ...standing(session, memory, reading, decision) };
}

/** How things stand by a decision, to compare with how they stood after the last step. */
export function standing(
  session: EnvironmentSession,
  memory: Memory,
  reading: DesiredReading,
  decision: Decision | undefined,
): Pick<StepResult, 'digest' | 'progress'> {
  const health = environmentHealth(session, memory, decision?.stacks ?? [], []);
  const missed = reading.stopped ? [] : unrecorded(session, memory, reading);
  return {
    digest: digestOf(decision, health) + missed.map(({ uid }) => uid).join(' '),
    progress: JSON.stringify([...(decision?.units ?? [])]),
  };
}

/** Everything that may be done now, with what an earlier process left without a record. */
async function carryOut(step: Step, reading: DesiredReading): Promise<Decision> {
  const { session, memory } = step;
  const decision = await converge(step, reading);
  if (session.swept || !session.view.isComplete() || !mayGoOn(step)) return decision;
  const orphans = unrecorded(session, memory, reading);
  session.swept = true;
  if (orphans.length === 0) return decision;
  for (const orphan of orphans) recordApplied(step, orphan);
  return converge(step, reading);
}

/** Effect after effect, deciding anew after each, until nothing may be done now. */
async function converge(step: Step, reading: DesiredReading): Promise<Decision> {
  const { session, memory, services } = step;
  const decideNow = () => decideFor(session, memory, reading, services.now());
  let decision = decideNow();
  let unannounced = false;
  while (mayGoOn(step) && hasEffects(decision)) {
    await runHooks(step, decision.hooks, reading.stacks);
    if (decision.prune.length > 0) {
      if (unannounced) await services.checkpoint('apply.applied');
      unannounced = false;
      await pruneObjects(step, decision.prune, reading.stacks);
      await services.checkpoint('apply.pruned');
    }
    if (decision.apply.length > 0 && mayGoOn(step)) {
      await applyObjects(step, decision.apply, reading.stacks);
      unannounced = true;
    }
    decision = decideNow();
  }
  if (unannounced) await services.checkpoint('apply.applied');
  return decision;
}
