import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createBoundedCache } from './bounded-cache.ts';
import { gitError, isGitError } from './git-error.ts';
import { isOid, parseCommit, parseTree } from './object-format.ts';
import { createObjectReader } from './object-reader.ts';
import { writeObjects } from './object-writer.ts';
import { createRefReader } from './ref-reader.ts';
import { isRefName } from './ref-names.ts';
import { createRefUpdater } from './ref-updater.ts';
import { runGit } from './run-git.ts';
import type { GitCommit, GitObject, ObjectType, TreeEntry } from './object-format.ts';
import type { RefChange } from './ref-updater.ts';

/** A file below a tree; `path` has '/' separators. */
export interface TreeFile {
  path: string;
  mode: string;
  oid: string;
}

/** `moved`: another value stood there; `actual` is the ref of the first change as it stands now. */
export type RefUpdate = { kind: 'updated' } | { kind: 'moved'; actual: string | undefined };

/**
 * One bare repository on this machine, read and written through long-lived git children that are
 * started on first use and again after they died. What is read by id is cached (ids are hashes of
 * the content), refs never are. Every error is a CodexError with a CK-GIT code that names the repository.
 */
export interface GitRepository {
  readonly path: string;
  /** The commit a full ref (or HEAD) names, tags peeled; undefined when there is no such ref. */
  resolveRef(ref: string): Promise<string | undefined>;
  /** Full ref name → commit, for all refs below the prefix (`refs/heads/`). */
  listRefs(prefix: string): Promise<Map<string, string>>;
  readCommit(oid: string): Promise<GitCommit>;
  /** Whether the repository has the object. */
  hasObject(oid: string): Promise<boolean>;
  /** One level of a tree, given as commit or tree id; undefined when there is no directory at `path`. */
  listTree(treeish: string, path?: string): Promise<TreeEntry[] | undefined>;
  /** All files below a tree (submodules left out), in git's order. */
  walkTree(tree: string): Promise<readonly TreeFile[]>;
  /** A blob's bytes; CK-GIT-004 above the size limit. Shared with the cache: do not change them. */
  readBlob(oid: string): Promise<Buffer>;
  /** Whether `ancestor` is `descendant` or one of its ancestors; false when either is unknown. */
  isAncestor(ancestor: string, descendant: string): Promise<boolean>;
  /** Stores objects durably; existing ones are no harm. Nothing names them yet. */
  writeObjects(objects: readonly GitObject[]): Promise<void>;
  /** Moves refs by compare-and-swap, all or none. CK-GIT-010 when a ref stays locked. */
  updateRefs(changes: readonly RefChange[]): Promise<RefUpdate>;
  /** Packs loose objects and refs, and drops unreachable objects older than two weeks. */
  maintain(): Promise<void>;
  /** The process ids of the children that run now; for diagnostics. */
  children(): number[];
  close(): Promise<void>;
}

/** Bounds of one opened repository; the defaults suit manifests and sources. */
export interface GitRepositoryOptions {
  /** Largest blob that is read, in bytes (default 32 MiB). */
  maxBlobBytes?: number;
  /** Bytes of small blobs kept (default 16 MiB). */
  blobCacheBytes?: number;
  /** Children without work end after so many milliseconds (default five minutes). */
  idleMs?: number;
}

const MAX_TREE_BYTES = 64 << 20;
const SMALL_BLOB = 128 << 10;
const TREE_ENTRIES_CACHED = 200_000;
const FILES_LISTED_CACHED = 100_000;
const COMMITS_CACHED = 5_000;
/** How many commits are walked in process before git is asked; state branches differ by a few. */
const ANCESTRY_WALK = 64;
const LOCK_ATTEMPTS = 5;

/** Opens a bare repository (SHA-1 objects); CK-GIT-001 when there is none at the path. */
export async function openGitRepository(
  location: string,
  options: GitRepositoryOptions = {},
): Promise<GitRepository> {
  const repository = resolve(location);
  const { maxBlobBytes = 32 << 20, blobCacheBytes = 16 << 20, idleMs = 300_000 } = options;
  await assertRepository(repository);

  const reader = createObjectReader(repository, idleMs);
  const refs = createRefReader(repository);
  const updater = createRefUpdater(repository, idleMs);
  const trees = createBoundedCache<TreeEntry[]>(TREE_ENTRIES_CACHED);
  const walks = createBoundedCache<TreeFile[]>(FILES_LISTED_CACHED);
  const blobs = createBoundedCache<Buffer>(blobCacheBytes);
  const commits = createBoundedCache<GitCommit>(COMMITS_CACHED);

  async function lookUp(
    oid: string,
    maxBytes: number,
  ): Promise<{ type: ObjectType; bytes: Buffer } | undefined> {
    if (!isOid(oid))
      throw gitError('CK-GIT-006', repository, `${JSON.stringify(oid)} is not an object id`);
    const found = await reader.read(oid, maxBytes).catch(async (error: unknown) => {
      // A vanished repository looks like a damaged one to git.
      await assertRepository(repository);
      throw error;
    });
    if (found !== undefined) return found;
    await assertRepository(repository);
    // Git calls a loose object with a damaged header missing.
    const file = join(repository, 'objects', oid.slice(0, 2), oid.slice(2));
    if (
      (await stat(file).catch(() => undefined)) !== undefined &&
      (await reader.read(oid, maxBytes)) === undefined
    ) {
      throw gitError('CK-GIT-005', repository, `object ${oid} cannot be read`, {
        where: { object: oid },
      });
    }
    return undefined;
  }

  async function readTyped(oid: string, type: ObjectType, maxBytes: number): Promise<Buffer> {
    const found = await lookUp(oid, maxBytes);
    if (found?.type === type) return found.bytes;
    const message =
      found === undefined
        ? `${type} ${oid} is missing`
        : `${oid} is a ${found.type}, not a ${type}`;
    throw gitError('CK-GIT-003', repository, message, { where: { object: oid } });
  }

  async function readTree(oid: string): Promise<TreeEntry[]> {
    const cached = trees.get(oid);
    if (cached !== undefined) return cached;
    const entries = parseTree(await readTyped(oid, 'tree', MAX_TREE_BYTES));
    if (entries === undefined)
      throw gitError('CK-GIT-005', repository, `tree ${oid} cannot be read`);
    trees.set(oid, entries, entries.length + 1);
    return entries;
  }

  async function readCommit(oid: string): Promise<GitCommit> {
    const cached = commits.get(oid);
    if (cached !== undefined) return cached;
    const commit = parseCommit(oid, await readTyped(oid, 'commit', 1 << 20));
    if (commit === undefined)
      throw gitError('CK-GIT-005', repository, `commit ${oid} cannot be read`);
    commits.set(oid, commit, 1);
    return commit;
  }

  /** Follows annotated tags to the commit. */
  async function peel(oid: string): Promise<string> {
    const found = await lookUp(oid, 1 << 20);
    if (found === undefined) throw gitError('CK-GIT-003', repository, `object ${oid} is missing`);
    const target =
      found.type === 'tag'
        ? /^object ([0-9a-f]{40})$/m.exec(found.bytes.toString('latin1'))?.[1]
        : undefined;
    return target === undefined ? oid : peel(target);
  }

  async function treeOf(treeish: string): Promise<string> {
    const known = commits.get(treeish);
    if (known !== undefined) return known.tree;
    if (trees.get(treeish) !== undefined) return treeish;
    const found = await lookUp(treeish, MAX_TREE_BYTES);
    return found?.type === 'commit' ? (await readCommit(treeish)).tree : treeish;
  }

  async function walk(tree: string, prefix: string): Promise<TreeFile[]> {
    const entries = await readTree(tree);
    const parts = await Promise.all(
      entries.map(async (entry): Promise<TreeFile[]> => {
        const path = prefix + entry.name;
        if (entry.type === 'tree') return walk(entry.oid, `${path}/`);
        return entry.type === 'blob' ? [{ path, mode: entry.mode, oid: entry.oid }] : [];
      }),
    );
    return parts.flat();
  }

  /** A few commits in process; undefined when that does not decide it. */
  async function nearAncestor(ancestor: string, descendant: string): Promise<boolean | undefined> {
    const seen = new Set([descendant]);
    const open = [descendant];
    for (let next = open.shift(); next !== undefined; next = open.shift()) {
      if (next === ancestor) return true;
      if (seen.size > ANCESTRY_WALK) return undefined;
      for (const parent of (await readCommit(next)).parents) {
        if (seen.has(parent)) continue;
        seen.add(parent);
        open.push(parent);
      }
    }
    return false;
  }

  async function isKnownCommit(oid: string): Promise<boolean> {
    if (commits.get(oid) !== undefined) return true;
    return isOid(oid) && (await lookUp(oid, 1 << 20))?.type === 'commit';
  }

  async function resolveRef(ref: string): Promise<string | undefined> {
    const oid = await refs.read(ref);
    if (oid === undefined) {
      await assertRepository(repository);
      return undefined;
    }
    return commits.get(oid) === undefined && !ref.startsWith('refs/heads/') ? peel(oid) : oid;
  }

  async function updateRefs(changes: readonly RefChange[]): Promise<RefUpdate> {
    const first = changes[0];
    if (first === undefined) return { kind: 'updated' };
    for (const { ref } of changes) {
      if (!isRefName(ref))
        throw gitError('CK-GIT-006', repository, `${JSON.stringify(ref)} is not a full ref name`);
    }
    let reason = '';
    for (let attempt = 1; attempt <= LOCK_ATTEMPTS; attempt += 1) {
      const answer = await updater.update(changes);
      if (answer.kind === 'updated') return answer;
      reason = answer.reason;
      await assertRepository(repository);
      const now = await Promise.all(changes.map(({ ref }) => refs.read(ref)));
      // The child died after it had moved them.
      if (changes.every(({ to }, index) => now[index] === to)) return { kind: 'updated' };
      if (changes.some(({ from }, index) => now[index] !== from))
        return { kind: 'moved', actual: now[0] };
      await new Promise((wake) => setTimeout(wake, 10 * attempt * attempt * (0.5 + Math.random())));
    }
    const locked = /\.lock|cannot lock/i.test(reason);
    throw gitError(
      locked ? 'CK-GIT-010' : 'CK-GIT-007',
      repository,
      `${first.ref} cannot be moved: ${reason}`,
      {
        where: { ref: first.ref },
      },
    );
  }

  return {
    path: repository,
    resolveRef,
    listRefs: (prefix) => refs.list(prefix),
    readCommit,
    hasObject: async (oid) => (await lookUp(oid, 0).catch(tooLarge)) !== undefined,
    async listTree(treeish, path = '') {
      let entries = await readTree(await treeOf(treeish));
      for (const part of path.split('/')) {
        if (part === '' || part === '.') continue;
        const next = entries.find(({ name }) => name === part);
        if (next?.type !== 'tree') return undefined;
        entries = await readTree(next.oid);
      }
      return entries;
    },
    async walkTree(tree) {
      const cached = walks.get(tree);
      if (cached !== undefined) return cached;
      const files = await walk(tree, '');
      walks.set(tree, files, files.length + 1);
      return files;
    },
    async readBlob(oid) {
      const cached = blobs.get(oid);
      if (cached !== undefined) return cached;
      const bytes = await readTyped(oid, 'blob', maxBlobBytes);
      if (bytes.length <= SMALL_BLOB) blobs.set(oid, bytes, bytes.length + 100);
      return bytes;
    },
    async isAncestor(ancestor, descendant) {
      if (!(await isKnownCommit(ancestor)) || !(await isKnownCommit(descendant))) return false;
      const near = await nearAncestor(ancestor, descendant);
      if (near !== undefined) return near;
      const args = ['merge-base', '--is-ancestor', ancestor, descendant];
      return (await runGit(repository, args, { allowedExitCodes: [0, 1] })).exitCode === 0;
    },
    async writeObjects(objects) {
      await writeObjects(repository, objects);
      for (const { oid, type, bytes } of objects) {
        const content = Buffer.from(bytes);
        if (type === 'blob' && content.length <= SMALL_BLOB)
          blobs.set(oid, content, content.length + 100);
        const entries = type === 'tree' ? parseTree(content) : undefined;
        if (entries !== undefined) trees.set(oid, entries, entries.length + 1);
        const commit = type === 'commit' ? parseCommit(oid, content) : undefined;
        if (commit !== undefined) commits.set(oid, commit, 1);
      }
    },
    updateRefs,
    async maintain() {
      const args = ['-c', 'gc.pruneExpire=2.weeks.ago', '-c', 'gc.packRefs=true', 'gc', '--quiet'];
      await runGit(repository, args, { timeoutMs: 600_000 });
    },
    children: () => [reader.pid, updater.pid].filter((pid) => pid !== undefined),
    async close() {
      await Promise.all([reader.close(), updater.close()]);
    },
  };
}

/** Present, only too large for the question: an answer all the same. */
function tooLarge(error: unknown): true {
  if (isGitError(error, 'CK-GIT-004')) return true;
  throw error;
}

async function assertRepository(repository: string): Promise<void> {
  const [objects, head] = await Promise.all([
    stat(join(repository, 'objects')).catch(() => undefined),
    stat(join(repository, 'HEAD')).catch(() => undefined),
  ]);
  if (objects?.isDirectory() !== true || head === undefined) {
    throw gitError('CK-GIT-001', repository, 'there is no bare git repository here');
  }
  const config = await readFile(join(repository, 'config'), 'utf8').catch(() => '');
  if (/objectformat\s*=\s*sha256/i.test(config)) {
    throw gitError('CK-GIT-012', repository, 'its objects are SHA-256');
  }
}
