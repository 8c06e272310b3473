import { component$, useContext } from '@builder.io/qwik';
import { count, parsePatch, shortCommit, type DiffView } from '../presentation/index.ts';
import { FileDiff } from './file-diff.tsx';
import { PageContext } from './page-state.ts';

// A diff of this size is read as a whole; a larger one starts closed, file by file.
const openLines = 300;

/** The rendered diff of the last state commit, or of the one that was picked. */
export const DiffPanel = component$(() => {
  const state = useContext(PageContext);
  const { diff, overview, ready, pickedCommit } = state;
  const shownId = 'of' in diff ? diff.of.environmentId : undefined;
  const environment = overview.environments.find(({ id }) => id === shownId);
  return (
    <section class="diff" aria-labelledby="diff">
      <div class="section-head">
        <h2 id="diff">
          {pickedCommit === undefined ? 'Last commit' : 'Commit'}
          {environment !== undefined && <span class="muted"> of {environment.branch}</span>}
        </h2>
        {pickedCommit !== undefined && (
          <button
            type="button"
            onClick$={() => {
              delete state.pickedCommit;
              state.asked += 1;
            }}
          >
            Follow the last commit
          </button>
        )}
      </div>
      {diff.kind === 'shown' && <Files diff={diff.view} />}
      {diff.kind === 'failed' && <p class="notice bad">{diff.problem}</p>}
      {diff.kind === 'none' && ready && (
        <div class="empty">
          <strong>No state commit yet</strong>
          <p>The first push that changes a manifest makes one; its diff appears here by itself.</p>
        </div>
      )}
      {diff.kind === 'unknown' && (
        <div class="empty">
          <strong>Nothing is recorded about {shortCommit(diff.of.commit)}</strong>
          <p>This platform did not make that commit. The state repo has its content.</p>
        </div>
      )}
    </section>
  );
});

const Files = component$<{ diff: DiffView }>(({ diff: { commit, parent, files, truncated } }) => {
  const parsed = files.map((file) => ({ file, patch: parsePatch(file.patch) }));
  const added = parsed.reduce((sum, { patch }) => sum + patch.added, 0);
  const removed = parsed.reduce((sum, { patch }) => sum + patch.removed, 0);
  return (
    <>
      <p class="diff-summary">
        <code title={commit}>{shortCommit(commit)}</code>{' '}
        {parent === undefined ? (
          <span class="muted">the first of its branch</span>
        ) : (
          <span class="muted">
            on <code title={parent}>{shortCommit(parent)}</code>
          </span>
        )}
        <span class="numbers">
          {count(files.length, 'file')} <span class="text-good">+{added}</span>{' '}
          <span class="text-bad">−{removed}</span>
        </span>
      </p>
      {files.length === 0 && <div class="empty">This commit changes no file.</div>}
      {parsed.map(({ file, patch }) => (
        <FileDiff
          key={`${commit} ${file.path}`}
          file={file}
          patch={patch}
          initiallyOpen={added + removed <= openLines}
        />
      ))}
      {truncated && (
        <p class="notice">
          <strong>More files changed</strong> than are listed here; the state repo has them all.
        </p>
      )}
    </>
  );
});
