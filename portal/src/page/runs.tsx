import { $, component$, useContext, useSignal } from '@builder.io/qwik';
import { readRuns } from '../live/index.ts';
import type { RunStatus } from '../presentation/index.ts';
import { PageContext } from './page-state.ts';
import { RunRow } from './run-row.tsx';

const statuses: [RunStatus, string][] = [
  ['pending', 'Queued'],
  ['running', 'Running'],
  ['succeeded', 'Succeeded'],
  ['failed', 'Failed'],
  ['canceled', 'Canceled'],
];

export const Runs = component$(() => {
  const state = useContext(PageContext);
  const reading = useSignal(false);
  const { overview, olderRuns, filter, ready } = state;
  const newest = new Set(overview.runs.map(({ id }) => id));
  const runs = [...overview.runs, ...olderRuns.filter(({ id }) => !newest.has(id))];
  const cursor = olderRuns.length > 0 ? state.olderCursor : overview.nextCursor;
  const filtered = filter.environmentId !== undefined || filter.status !== undefined;

  const readOlder = $(async () => {
    reading.value = true;
    try {
      const from = state.olderRuns.length > 0 ? state.olderCursor : state.overview.nextCursor;
      const page = await readRuns(state.filter, from);
      state.olderRuns = [...state.olderRuns, ...page.items];
      if (page.nextCursor === undefined) delete state.olderCursor;
      else state.olderCursor = page.nextCursor;
    } catch {
      state.problem = 'older runs could not be read; try again';
    } finally {
      reading.value = false;
    }
  });

  return (
    <section aria-labelledby="runs">
      <div class="section-head">
        <h2 id="runs">Runs</h2>
        <label>
          <span class="visually-hidden">Environment</span>
          <select
            onChange$={(_, select) => {
              const { status } = state.filter;
              state.filter = {
                ...(select.value !== '' && { environmentId: select.value }),
                ...(status !== undefined && { status }),
              };
              state.olderRuns = [];
              delete state.pickedCommit;
              state.asked += 1;
            }}
          >
            <option value="" selected={filter.environmentId === undefined}>
              All environments
            </option>
            {overview.environments.map(({ id, project, name }) => (
              <option key={id} value={id} selected={filter.environmentId === id}>
                {`${project} / ${name}`}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span class="visually-hidden">Status</span>
          <select
            onChange$={(_, select) => {
              const status = statuses.find(([known]) => known === select.value)?.[0];
              const { environmentId } = state.filter;
              state.filter = {
                ...(environmentId !== undefined && { environmentId }),
                ...(status !== undefined && { status }),
              };
              state.olderRuns = [];
              state.asked += 1;
            }}
          >
            <option value="" selected={filter.status === undefined}>
              Any status
            </option>
            {statuses.map(([status, word]) => (
              <option key={status} value={status} selected={filter.status === status}>
                {word}
              </option>
            ))}
          </select>
        </label>
      </div>
      {ready && runs.length === 0 ? (
        <div class="empty">
          <strong>{filtered ? 'No run fits this filter' : 'No run yet'}</strong>
          <p>
            {filtered
              ? 'Choose another environment or status.'
              : 'Push to a bound branch: the run appears here within a second.'}
          </p>
        </div>
      ) : (
        <ol class="runs">
          {runs.map((run) => (
            <RunRow key={run.id} run={run} />
          ))}
        </ol>
      )}
      {cursor !== undefined && (
        <button type="button" class="more" disabled={reading.value} onClick$={readOlder}>
          {reading.value ? 'Reading…' : 'Show older runs'}
        </button>
      )}
    </section>
  );
});
