import { spawnSync } from 'node:child_process';

let wrapper: string[] | undefined;

/**
 * What goes before a command so that PostgreSQL, which refuses root, runs all the same: a user
 * namespace where root is called 1000 (files stay root's own). Nothing where the user is not root.
 */
export function unprivileged(): string[] {
  wrapper ??= choose();
  return wrapper;
}

function choose(): string[] {
  if (process.getuid?.() !== 0) return [];
  const namespace = ['unshare', '--user', '--map-user=1000', '--map-group=1000', '--'];
  if (spawnSync('unshare', [...namespace.slice(1), 'true'], { stdio: 'ignore' }).status === 0)
    return namespace;
  throw new Error(
    'PostgreSQL refuses to run as root, and this machine allows no user namespaces (unshare --user): ' +
      'run the tests as an ordinary user, or set CODEXK8S_TEST_POSTGRES_URL to a server that runs already',
  );
}
