import { component$, useContext, useSignal } from '@builder.io/qwik';
import {
  describeRun,
  formatDuration,
  shortCommit,
  shortRef,
  totalDuration,
  type RunView,
} from '../presentation/index.ts';
import { Badge } from './badge.tsx';
import { Diagnostics } from './diagnostics.tsx';
import { Moment } from './moment.tsx';
import { PageContext } from './page-state.ts';
import { RunDetails } from './run-details.tsx';
import { Timeline } from './timeline.tsx';

/** One run: what it brought where, how it stands, its five steps, and what went wrong. */
export const RunRow = component$<{ run: RunView }>(({ run }) => {
  const state = useContext(PageContext);
  const {
    id,
    stack,
    environment,
    environmentId,
    repository,
    sourceRef,
    sourceSha,
    stateCommit,
    createdAt,
    diagnostics,
    error,
  } = run;
  const open = useSignal(false);
  const total = totalDuration(run);
  return (
    <li class="run" id={`run-${id}`}>
      <div class="run-head">
        <Badge standing={describeRun(run)} />
        <p class="run-what">
          <strong>{stack}</strong> <span aria-hidden="true">→</span>
          <span class="visually-hidden"> to </span> <strong>{environment}</strong>
          <span class="muted source">
            {repository} {shortRef(sourceRef)}{' '}
            {sourceSha !== undefined && (
              <code title={`source ${sourceSha}`}>{shortCommit(sourceSha)}</code>
            )}
          </span>
        </p>
        {stateCommit !== undefined && (
          <button
            type="button"
            class="plain commit"
            title={`Show the diff of state commit ${stateCommit}`}
            aria-label={`Show the diff of ${shortCommit(stateCommit)}`}
            onClick$={() => {
              state.pickedCommit = { environmentId, commit: stateCommit };
              state.asked += 1;
            }}
          >
            <code>{shortCommit(stateCommit)}</code>
          </button>
        )}
        <span class="run-when">
          {total !== undefined && (
            <span title="From received to the last step">{formatDuration(total)}</span>
          )}
          <span class="muted">
            <Moment at={createdAt} />
          </span>
        </span>
        <button
          type="button"
          class={['plain', 'disclose', { open: open.value }]}
          aria-expanded={open.value}
          aria-label={`Record of the run of ${stack} in ${environment}`}
          title="Show everything recorded about this run"
          onClick$={() => (open.value = !open.value)}
        />
      </div>
      <Timeline run={run} />
      <Diagnostics diagnostics={diagnostics} error={error} />
      {open.value && <RunDetails run={run} />}
    </li>
  );
});
