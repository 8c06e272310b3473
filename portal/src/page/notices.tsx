import { component$, useContext } from '@builder.io/qwik';
import { PageContext } from './page-state.ts';

/** What keeps the platform from doing its whole work, and what keeps this page from showing it. */
export const Notices = component$(() => {
  const { overview, problem, ready } = useContext(PageContext);
  const waiting = overview.readiness.parts.filter((part) => !part.ready);
  return (
    <div role="status">
      {problem !== undefined && (
        <p class="notice bad">
          <strong>{ready ? 'What you see may be old' : 'Nothing could be read'}</strong> {problem}
        </p>
      )}
      {waiting.map(({ name, message }) => (
        <p class="notice active" key={name}>
          <strong>{name} is not ready</strong> {message ?? ''}
        </p>
      ))}
    </div>
  );
});
