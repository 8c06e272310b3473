import { component$, useSignal } from '@builder.io/qwik';
import {
  count,
  type FileDiff as FileDiffView,
  type Hunk,
  type Patch,
} from '../presentation/index.ts';

const changes: Record<FileDiffView['change'], { word: string; tone: string }> = {
  added: { word: 'added', tone: 'text-good' },
  modified: { word: 'modified', tone: 'text-active' },
  removed: { word: 'removed', tone: 'text-bad' },
};

const signs = { added: '+', removed: '−', context: ' ', note: ' ' } as const;

/** One file of a diff; its lines exist only while it is open. */
export const FileDiff = component$<{ file: FileDiffView; patch: Patch; initiallyOpen: boolean }>(
  ({ file, patch, initiallyOpen }) => {
    const open = useSignal(initiallyOpen);
    const { word, tone } = changes[file.change];
    return (
      <details
        class="file"
        open={initiallyOpen}
        onToggle$={(_, details) => (open.value = details.open)}
      >
        <summary>
          <span class="path">{file.path}</span>
          <span class={tone}>{word}</span>
          <span class="numbers">
            <span class="text-good">+{patch.added}</span>{' '}
            <span class="text-bad">−{patch.removed}</span>
          </span>
        </summary>
        {open.value && (
          <div class="hunks" role="region" aria-label={`Changes of ${file.path}`} tabIndex={0}>
            {patch.hunks.map((hunk) => (
              <HunkLines key={hunk.header} hunk={hunk} />
            ))}
            {file.truncated && (
              <p class="cut">The rest of this file is not shown; the state repo has it.</p>
            )}
          </div>
        )}
      </details>
    );
  },
);

const HunkLines = component$<{ hunk: Hunk }>(({ hunk: { header, hiddenBefore, lines } }) => (
  <table class="hunk">
    <thead>
      <tr>
        <th colSpan={4} scope="colgroup">
          {hiddenBefore > 0 && <span class="gap">{count(hiddenBefore, 'unchanged line')}</span>}
          <span>{header}</span>
        </th>
      </tr>
    </thead>
    <tbody>
      {lines.map(({ kind, text, oldNumber, newNumber }) => (
        <tr key={`${oldNumber ?? ''}:${newNumber ?? ''}:${kind}`} class={kind}>
          <td class="number">{oldNumber ?? ''}</td>
          <td class="number">{newNumber ?? ''}</td>
          <td class="sign">{signs[kind]}</td>
          <td class="text">{text}</td>
        </tr>
      ))}
    </tbody>
  </table>
));
