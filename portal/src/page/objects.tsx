import { component$, useContext, useSignal, useVisibleTask$ } from '@builder.io/qwik';
import { readObjects } from '../live/index.ts';
import type { ObjectView } from '../presentation/index.ts';
import { PageContext } from './page-state.ts';

const shownAtFirst = 100;
const rank: Record<ObjectView['health'], number> = {
  failed: 0,
  progressing: 1,
  terminating: 2,
  unknown: 3,
  current: 4,
};

/** The inventory of an environment, read while it is open; what is not well comes first. */
export const Objects = component$<{ environmentId: string; total: number }>(
  ({ environmentId, total }) => {
    const state = useContext(PageContext);
    const open = useSignal(false);
    const objects = useSignal<readonly ObjectView[]>();
    const problem = useSignal('');
    const all = useSignal(false);
    useVisibleTask$(async ({ track }) => {
      // The overview is read again after every change, so the open lists are as well.
      track(() => state.overview);
      if (!track(() => open.value)) return;
      try {
        const inventory = await readObjects(environmentId);
        objects.value = inventory.toSorted((one, other) => rank[one.health] - rank[other.health]);
        problem.value = '';
      } catch {
        problem.value = 'The objects could not be read; close and open this list to try again.';
      }
    });
    const shown = objects.value?.slice(0, all.value ? undefined : shownAtFirst) ?? [];
    return (
      <details class="objects" onToggle$={(_, details) => (open.value = details.open)}>
        <summary>Show objects</summary>
        {problem.value !== '' && <p class="text-bad">{problem.value}</p>}
        {objects.value === undefined && problem.value === '' && (
          <p class="muted">Reading {total} objects…</p>
        )}
        <ul>
          {shown.map(({ kind, name, unit, health, message, namespace }) => (
            <li key={`${kind}/${namespace ?? ''}/${name}`}>
              <span class="object-name">
                <span class="muted">{kind}</span> {name}
              </span>
              <span class={['object-health', health]}>{health}</span>
              <span class="muted unit">{unit}</span>
              {message !== undefined && <span class="object-message">{message}</span>}
            </li>
          ))}
        </ul>
        {shown.length < (objects.value?.length ?? 0) && (
          <button type="button" onClick$={() => (all.value = true)}>
            Show all {objects.value?.length}
          </button>
        )}
      </details>
    );
  },
);
