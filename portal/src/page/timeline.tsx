import { component$ } from '@builder.io/qwik';
import {
  formatDuration,
  layOutTimeline,
  type RunView,
  type TimelineStep,
} from '../presentation/index.ts';

/** The five steps of a run: bars by their share of its time, and the same in words below. */
export const Timeline = component$<{ run: RunView }>(({ run }) => {
  const steps = layOutTimeline(run);
  return (
    <div class="timeline">
      <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
        {steps.map(({ name, state, x, width }) => (
          <rect key={name} class={[state, name]} x={x + 0.2} width={width - 0.4} y="0" height="6" />
        ))}
      </svg>
      <ol>
        {steps.map((step) => (
          <li key={step.name} class={step.state} title={step.at ?? 'not reached'}>
            {step.name} <StepTime step={step} />
          </li>
        ))}
      </ol>
    </div>
  );
});

const StepTime = component$<{ step: TimelineStep }>(({ step: { state, durationMs } }) => {
  if (state === 'done') {
    return (
      <span class="step-time">{durationMs === undefined ? '' : formatDuration(durationMs)}</span>
    );
  }
  if (state !== 'skipped')
    return <span class="step-time">{state === 'active' ? 'working' : state}</span>;
  return (
    <span class="step-time">
      <span aria-hidden="true">–</span>
      <span class="visually-hidden">not reached</span>
    </span>
  );
});
