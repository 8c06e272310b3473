import { component$, useContext } from '@builder.io/qwik';
import { summarise } from '../presentation/index.ts';
import { PageContext } from './page-state.ts';

/** Tells a screen reader what has changed; its text changes only with the counts. */
export const Announcer = component$(() => {
  const { overview, ready } = useContext(PageContext);
  return (
    <p class="visually-hidden" aria-live="polite">
      {ready ? summarise(overview.environments, overview.runs) : ''}
    </p>
  );
});
