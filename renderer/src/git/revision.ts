import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ObjectStore } from './object-store.ts';
import { RepositoryError } from './repository-error.ts';

const abbreviatedId = /^[0-9a-f]{4,40}$/;
const step = /(?:~[0-9]*|\^(?:\{(?:commit)?\}|[0-9]*))/;
const grammar = new RegExp(`^(.+?)((?:${step.source})*)$`);

/**
 * The commit that a revision names: a branch, a tag, a remote branch, `HEAD`, a full or abbreviated
 * id, each with any number of `~N`, `^N` and `^{commit}` behind it. Source: gitrevisions(7).
 *
 * @param headFile directory whose `HEAD` counts: a linked working tree has its own
 */
export async function resolveRevision(
  store: ObjectStore,
  headFile: string,
  revision: string,
): Promise<{ oid: string; tree: string }> {
  const [, name = '', steps = ''] = grammar.exec(revision) ?? [];
  const start = await resolveName(store, headFile, name);
  if (start === undefined) throw await unknownRevision(store, revision, name);
  let commit = await store.readCommit(start);
  for (const part of steps.match(new RegExp(step, 'g')) ?? []) {
    if (part.startsWith('^{')) continue;
    const count = part.length === 1 ? 1 : Number(part.slice(1));
    const parents = part.startsWith('~') ? Array<number>(count).fill(1) : [count];
    // `^0` is the commit itself.
    for (const parent of parents.filter((number) => number > 0)) {
      const next = commit.parents[parent - 1];
      if (next === undefined)
        throw store.shallow
          ? shallowHistory(revision)
          : new RepositoryError(
              'unknown-revision',
              `${revision}: ${commit.oid.slice(0, 12)} has no parent ${parent}`,
            );
      commit = await store.readCommit(next).catch((error: unknown) => {
        throw store.shallow ? shallowHistory(revision) : error;
      });
    }
  }
  return { oid: commit.oid, tree: commit.tree };
}

async function resolveName(
  store: ObjectStore,
  headFile: string,
  name: string,
): Promise<string | undefined> {
  if (name.split('/').includes('..')) return undefined;
  if (name === 'HEAD' || name === '@') {
    const text = (await readFile(join(headFile, 'HEAD'), 'utf8').catch(() => '')).trim();
    if (abbreviatedId.test(text)) return text;
    return text.startsWith('ref: ') ? store.resolveRef(text.slice('ref: '.length)) : undefined;
  }
  const named = await store.resolveRef(name);
  return named ?? (abbreviatedId.test(name) ? store.expand(name) : undefined);
}

async function unknownRevision(
  store: ObjectStore,
  revision: string,
  name: string,
): Promise<RepositoryError> {
  const remote = await store.resolveRef(`refs/remotes/origin/${name}`);
  if (remote !== undefined)
    return new RepositoryError('unknown-revision', `there is no revision ${revision}`, {
      hint: `Did you mean origin/${revision}?`,
    });
  if (store.shallow) return shallowHistory(revision);
  return new RepositoryError('unknown-revision', `there is no revision ${revision}`);
}

function shallowHistory(revision: string): RepositoryError {
  return new RepositoryError('shallow-history', `${revision} is not in this shallow clone`);
}
