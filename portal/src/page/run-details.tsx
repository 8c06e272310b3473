import { component$, useSignal, useVisibleTask$ } from '@builder.io/qwik';
import { readRun } from '../live/index.ts';
import type { RunDetailView, RunView } from '../presentation/index.ts';
import { Moment } from './moment.tsx';

/** Everything recorded about a run, read when it is opened and whenever the run goes on. */
export const RunDetails = component$<{ run: RunView }>((props) => {
  const detail = useSignal<RunDetailView>();
  const failed = useSignal(false);
  useVisibleTask$(async ({ track }) => {
    const { id } = track(() => props.run);
    try {
      detail.value = await readRun(id);
      failed.value = false;
    } catch {
      failed.value = true;
    }
  });
  const { id, correlationId, supersededBy, deliveries, sourceSha, stateCommit } = props.run;
  const facts: [string, string | undefined][] = [
    ['Run', id],
    ['Correlation', correlationId],
    ['Source commit', sourceSha],
    ['State commit', stateCommit],
    ['Content hash', detail.value?.contentHash],
    ['Input hash', detail.value?.inputHash],
    ['Renderer', detail.value?.renderer],
    ['Deliveries', String(deliveries)],
  ];
  return (
    <div class="run-details">
      <dl class="facts">
        {facts.map(
          ([name, value]) => value !== undefined && <Fact key={name} name={name} value={value} />,
        )}
        {supersededBy !== undefined && (
          <>
            <dt>Superseded by</dt>
            <dd>
              <a href={`#run-${supersededBy}`}>{supersededBy}</a>
            </dd>
          </>
        )}
      </dl>
      {failed.value && (
        <p class="text-bad">The record could not be read; close and open it to try again.</p>
      )}
      {detail.value !== undefined && (
        <ol class="events">
          {detail.value.events.map(({ id: eventId, type, actor, at, message }) => (
            <li key={eventId}>
              <code>{type}</code> <span class="muted">{actor}</span> {message ?? ''}{' '}
              <span class="muted">
                <Moment at={at} />
              </span>
            </li>
          ))}
        </ol>
      )}
    </div>
  );
});

const Fact = component$<{ name: string; value: string }>(({ name, value }) => (
  <>
    <dt>{name}</dt>
    <dd>
      <code>{value}</code>
    </dd>
  </>
));
