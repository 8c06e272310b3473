import { component$, useContext } from '@builder.io/qwik';
import { formatAge } from '../presentation/index.ts';
import { PageContext } from './page-state.ts';

/** A moment as its age, with the exact time on hover. */
export const Moment = component$<{ at: string }>(({ at }) => {
  const state = useContext(PageContext);
  const date = new Date(at);
  const exact = `${date.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' })} · ${date.toISOString()}`;
  return (
    <time dateTime={at} title={exact}>
      {formatAge(date.getTime(), state.now)}
    </time>
  );
});
