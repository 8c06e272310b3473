import type { RunView, StepName } from './views.ts';

/** What a step of a run is doing; said in words and by shape, never by colour alone. */
export type StepState = 'done' | 'active' | 'failed' | 'skipped' | 'waiting';

/** One step with its place on a line that is 100 long. */
export interface TimelineStep {
  name: StepName;
  state: StepState;
  durationMs?: number;
  at?: string;
  x: number;
  width: number;
}

const order: readonly StepName[] = ['received', 'rendered', 'committed', 'applied', 'healthy'];

// Steps of a few milliseconds stand beside some of minutes: each keeps a width that can be seen.
const leastWidth = 6;
const openWidth = 100 / order.length;

/**
 * The five steps of a run, always all of them. Those that are done share their part of the line by their
 * durations; each of the others keeps a fifth of it, so that a run that ended early looks like one. Pure.
 */
export function layOutTimeline(run: Pick<RunView, 'steps' | 'status'>): TimelineStep[] {
  const recorded = new Map(run.steps.map((step) => [step.name, step]));
  const done = order.filter((name) => recorded.get(name)?.at !== undefined);
  const firstOpen = order.find((name) => !done.includes(name));
  const total = done.reduce((sum, name) => sum + (recorded.get(name)?.durationMs ?? 0), 0);
  const shared = done.length * (openWidth - leastWidth);
  let x = 0;
  return order.map((name) => {
    const { at, durationMs } = recorded.get(name) ?? {};
    const share = total === 0 ? 1 / done.length : (durationMs ?? 0) / total;
    const width = at === undefined ? openWidth : leastWidth + shared * share;
    const step: TimelineStep = {
      name,
      state: stateOf(run.status, at !== undefined, name === firstOpen),
      x,
      width,
      ...(durationMs !== undefined && { durationMs }),
      ...(at !== undefined && { at }),
    };
    x += width;
    return step;
  });
}

function stateOf(status: RunView['status'], done: boolean, next: boolean): StepState {
  if (done) return 'done';
  if (status === 'pending' || status === 'running') return next ? 'active' : 'waiting';
  return status === 'failed' && next ? 'failed' : 'skipped';
}

/** Milliseconds from the first to the last step that is done. */
export function totalDuration(run: Pick<RunView, 'steps'>): number | undefined {
  const durations = run.steps.flatMap(({ durationMs }) => durationMs ?? []);
  return durations.length === 0 ? undefined : durations.reduce((sum, value) => sum + value, 0);
}
