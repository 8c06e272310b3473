import { component$ } from '@builder.io/qwik';
import { placeOf, type Diagnostic, type RunView } from '../presentation/index.ts';

const severities: Diagnostic['severity'][] = ['error', 'warning', 'info'];

/** What is wrong with a run, errors first: the place, the hint, the message, the code. */
export const Diagnostics = component$<{
  diagnostics: readonly Diagnostic[];
  error: RunView['error'];
}>(({ diagnostics, error }) => {
  const sorted = diagnostics.toSorted(
    (one, other) => severities.indexOf(one.severity) - severities.indexOf(other.severity),
  );
  if (sorted.length === 0 && error === undefined) return null;
  const explained = sorted.some(({ severity }) => severity === 'error');
  return (
    <ul class="diagnostics">
      {sorted.map((diagnostic) => (
        <li
          key={`${diagnostic.code} ${placeOf(diagnostic) ?? ''} ${diagnostic.path ?? ''}`}
          class={diagnostic.severity}
        >
          <p>
            {placeOf(diagnostic) !== undefined && <code class="place">{placeOf(diagnostic)}</code>}{' '}
            <strong>{diagnostic.severity}</strong> {diagnostic.message}
          </p>
          {diagnostic.hint !== undefined && <p class="hint">{diagnostic.hint}</p>}
          <p class="muted small">
            {diagnostic.code}
            {diagnostic.path !== undefined && ` · ${diagnostic.path}`}
          </p>
        </li>
      ))}
      {error !== undefined && !explained && (
        <li class="error">
          <p>
            <strong>error</strong> {error.message}
          </p>
          {error.hint !== undefined && <p class="hint">{error.hint}</p>}
          <p class="muted small">{error.code}</p>
        </li>
      )}
    </ul>
  );
});
