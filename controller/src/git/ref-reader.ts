import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { gitError } from './git-error.ts';
import { isOid } from './object-format.ts';
import { isRefName } from './ref-names.ts';
import { runGit } from './run-git.ts';

/** Reads refs of one repository; the values may name tags, not only commits. */
export interface RefReader {
  /** The id the ref holds now; undefined when there is no such ref. CK-GIT-005 when it is damaged. */
  read(ref: string): Promise<string | undefined>;
  /** All refs below the prefix, tags peeled. */
  list(prefix: string): Promise<Map<string, string>>;
}

const SYMBOLIC_DEPTH = 5;

/**
 * Reads ref files in place instead of asking git: exact (git's own lookup would also find
 * `refs/heads/refs/heads/x` under the name `refs/heads/x`) and without a process (0.1 ms instead
 * of 4). Loose before packed, as git does, so that a ref being packed meanwhile is never missed.
 * Repositories in the reftable format are asked through git.
 */
export function createRefReader(repository: string): RefReader {
  let packed: { stamp: string; refs: Map<string, string> } | undefined;

  async function readPacked(): Promise<Map<string, string>> {
    const path = join(repository, 'packed-refs');
    const info = await stat(path, { bigint: true }).catch(absent);
    if (info === undefined) return new Map();
    const stamp = `${info.ino}:${info.size}:${info.mtimeNs}`;
    if (packed?.stamp === stamp) return packed.refs;
    const refs = new Map<string, string>();
    for (const line of ((await readFile(path, 'utf8').catch(absent)) ?? '').split('\n')) {
      const match = /^([0-9a-f]{40}) (\S+)$/.exec(line);
      if (match !== null) refs.set(match[2] ?? '', match[1] ?? '');
    }
    packed = { stamp, refs };
    return refs;
  }

  async function readLoose(ref: string, depth: number): Promise<string | undefined> {
    const text = (await readFile(join(repository, ref), 'utf8').catch(absent))?.trim();
    if (text === undefined) return undefined;
    if (isOid(text)) return text;
    const target = /^ref: (\S+)$/.exec(text)?.[1];
    if (target !== undefined && isRefName(target) && depth < SYMBOLIC_DEPTH)
      return read(target, depth + 1);
    throw gitError('CK-GIT-005', repository, `${ref} does not hold an object id`, {
      where: { ref },
    });
  }

  async function read(ref: string, depth: number): Promise<string | undefined> {
    return (await readLoose(ref, depth)) ?? (await readPacked()).get(ref);
  }

  async function readThroughGit(ref: string): Promise<string | undefined> {
    return (await listThroughGit(ref)).get(ref);
  }

  async function listThroughGit(prefix: string): Promise<Map<string, string>> {
    const { stdout } = await runGit(repository, [
      'for-each-ref',
      '--format=%(objectname) %(*objectname) %(refname)',
      prefix.replace(/\/$/, ''),
    ]);
    const refs = new Map<string, string>();
    for (const line of stdout.toString('utf8').split('\n')) {
      const [oid = '', peeled = '', name = ''] = line.split(' ');
      if (name !== '') refs.set(name, peeled === '' ? oid : peeled);
    }
    return refs;
  }

  return {
    async read(ref) {
      if (ref !== 'HEAD' && !isRefName(ref)) {
        throw gitError('CK-GIT-006', repository, `${JSON.stringify(ref)} is not a full ref name`);
      }
      const reftable = await stat(join(repository, 'reftable')).catch(absent);
      return reftable === undefined ? read(ref, 0) : readThroughGit(ref);
    },
    list: listThroughGit,
  };
}

function absent(error: unknown): undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return undefined;
  throw error;
}
