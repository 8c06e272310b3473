import { existsSync } from 'node:fs';

const setpriv = ['/usr/bin/setpriv', '/bin/setpriv'].find(
  (path) => process.platform === 'linux' && existsSync(path),
);

/**
 * The command under which the kernel itself kills the program when its parent dies, where
 * util-linux offers that (a second guard behind the supervisor); elsewhere the command as it is.
 */
export function withParentDeath(command: readonly string[]): string[] {
  return setpriv === undefined ? [...command] : [setpriv, '--pdeathsig', 'KILL', '--', ...command];
}
