import { DIRECTORY_MODE, makeCommit, makeTree } from '../git/index.ts';
import { rewriteDirectory } from './directory-tree.ts';
import { assertStack, branchRef } from './layout.ts';
import { stateError } from './state-error.ts';
import { formatMessage } from './trailers.ts';
import type { Checkpoint } from '../checkpoints/index.ts';
import type { GitIdentity, GitObject, GitRepository, RefChange, TreeEntry } from '../git/index.ts';
import type { PublishRequest, PublishResult, StackDirectory } from './state-repository.ts';
import type { Template } from './template.ts';

/** Where the commits go: the repository itself, or a mirror of it and a push. */
export interface PublishTarget {
  /** Holds the objects. */
  repository: GitRepository;
  /** Makes sure that the repository knows the branches at all. */
  ready(): Promise<void>;
  /** The branch as known here. */
  head(ref: string): Promise<string | undefined>;
  /** Compare-and-swap of the first change; the others are nice to have. `moved`: look again and retry. */
  advance(
    changes: readonly [RefChange, ...RefChange[]],
  ): Promise<{ kind: 'updated' } | { kind: 'moved'; reason: string }>;
  /** Whether the branch really stands where it is known to stand. */
  confirm(ref: string, head: string): Promise<boolean>;
  /** Learns where the branches stand. */
  refresh(): Promise<void>;
}

/** What a commit is signed and stamped with. */
export interface PublishContext {
  author: GitIdentity;
  clock: () => Date;
  checkpoint: Checkpoint;
  template: () => Promise<Template>;
}

const MAX_ATTEMPTS = 16;
const MAIN = 'refs/heads/main';

/** See `StateRepository.publish`. CK-STATE-003 when the branch moved under every attempt, -007 when a stack did. */
export async function publish(
  target: PublishTarget,
  context: PublishContext,
  request: PublishRequest,
): Promise<PublishResult> {
  const ref = branchRef(request.branch);
  if (request.directories.length === 0) {
    throw stateError('CK-STATE-005', `${request.branch}: no directory was given`, {
      branch: request.branch,
    });
  }
  for (const { stack } of request.directories) assertStack(stack);
  let reason = '';
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    const head = await target.head(ref);
    const changed =
      head === undefined
        ? request.directories
        : await changedDirectories(target.repository, head, request);
    if (head !== undefined && changed.length === 0) {
      if (await target.confirm(ref, head)) return { kind: 'unchanged', head };
      await target.refresh();
      continue;
    }
    const start = head === undefined ? await startBranch(target.repository, context) : undefined;
    const parent = head ?? start?.root;
    const { objects, commit } = await prepare(target.repository, context, request, {
      parent,
      base: await rootEntries(target.repository, parent),
      changed,
    });
    await target.repository.writeObjects(objects);
    const changes: [RefChange, ...RefChange[]] = [{ ref, from: head, to: commit }];
    if (start?.alsoMain === true) changes.push({ ref: MAIN, from: undefined, to: start.root });
    await context.checkpoint('state.committing');
    const advanced = await target.advance(changes);
    if (advanced.kind === 'updated' || (await arrived(target, ref, commit))) {
      await context.checkpoint('state.committed');
      return { kind: 'published', commit, parent, attempts: attempt };
    }
    reason = advanced.reason;
    await new Promise((wake) => setTimeout(wake, Math.random() * 5 * Math.min(attempt, 8)));
  }
  throw stateError(
    'CK-STATE-003',
    `${request.branch}: moved under each of ${MAX_ATTEMPTS} attempts (${reason})`,
    {
      branch: request.branch,
    },
  );
}

/** No-op suppression: a directory whose tree already stands there is not touched. */
async function changedDirectories(
  repository: GitRepository,
  head: string,
  { branch, directories }: PublishRequest,
): Promise<StackDirectory[]> {
  const root = await rootEntries(repository, head);
  const trees = new Map(
    root.filter(({ type }) => type === 'tree').map(({ name, oid }) => [name, oid]),
  );
  for (const { stack, contentHash, replaces } of directories) {
    const now = trees.get(stack);
    if (replaces === undefined || now === replaces.contentHash || now === contentHash) continue;
    throw stateError('CK-STATE-007', `${branch}: ${stack} was changed by somebody else meanwhile`, {
      branch,
      stack,
    });
  }
  return directories.filter(({ stack, contentHash }) => trees.get(stack) !== contentHash);
}

async function prepare(
  repository: GitRepository,
  context: PublishContext,
  request: PublishRequest,
  edit: { parent: string | undefined; base: TreeEntry[]; changed: StackDirectory[] },
): Promise<{ objects: GitObject[]; commit: string }> {
  const { parent, base, changed } = edit;
  const objects: GitObject[] = [];
  for (const directory of changed) {
    const former = base.find(({ name, type }) => name === directory.stack && type === 'tree');
    objects.push(...(await rewriteDirectory(directory, former?.oid, repository)));
  }
  const root = makeTree(replaceDirectories(base, changed));
  const commit = makeCommit({
    tree: root.oid,
    parents: parent === undefined ? [] : [parent],
    author: context.author,
    at: context.clock(),
    message: formatMessage(request.subject, request.trailers),
  });
  return { objects: [...objects, root, commit], commit: commit.oid };
}

/** The root with the directories put in; a root entry of the same name gives way, all others stay. */
export function replaceDirectories(
  root: readonly TreeEntry[],
  directories: readonly { stack: string; contentHash: string }[],
): TreeEntry[] {
  const names = new Set(directories.map(({ stack }) => stack));
  return [
    ...root.filter(({ name }) => !names.has(name)),
    ...directories.map(({ stack, contentHash }) => ({
      name: stack,
      mode: DIRECTORY_MODE,
      type: 'tree' as const,
      oid: contentHash,
    })),
  ];
}

async function rootEntries(
  repository: GitRepository,
  commit: string | undefined,
): Promise<TreeEntry[]> {
  return commit === undefined ? [] : ((await repository.listTree(commit)) ?? []);
}

/**
 * A new branch starts from a root commit that holds the template, so that each branch explains
 * itself and carries its own CODEOWNERS and checks (a host reads them from the branch). The first
 * branch of an empty repository makes `main` too, at that root commit: a clone then has something
 * to check out. Later branches share that root as long as `main` is still exactly the template;
 * otherwise (a repository with a life of its own) they get a root of their own.
 */
async function startBranch(
  repository: GitRepository,
  context: PublishContext,
): Promise<{ root: string; alsoMain: boolean }> {
  const { tree, objects } = await context.template();
  const main = await repository.resolveRef(MAIN);
  if (main !== undefined && (await repository.readCommit(main)).tree === tree)
    return { root: main, alsoMain: false };
  const root = makeCommit({
    tree,
    parents: [],
    author: context.author,
    at: context.clock(),
    message: formatMessage('Start from the state repository template', []),
  });
  await repository.writeObjects([...objects, root]);
  return {
    root: root.oid,
    alsoMain: main === undefined && (await repository.listRefs('refs/heads/')).size === 0,
  };
}

/** A lost answer is not a lost commit: looks whether the branch has it all the same. */
async function arrived(target: PublishTarget, ref: string, commit: string): Promise<boolean> {
  await target.refresh();
  const now = await target.head(ref);
  return now !== undefined && (await target.repository.isAncestor(commit, now));
}
