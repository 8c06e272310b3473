import type { ControlPlaneStatus } from '../control-plane/index.ts';

/** The status as a person reads it. */
export function renderStatus(status: ControlPlaneStatus): string {
  const rows: [string, string | undefined][] = [
    ['state', status.state],
    [
      'cluster',
      status.server === undefined
        ? undefined
        : `${status.server} (Kubernetes ${status.version ?? 'unknown'})`,
    ],
    ['node', 'simulated: pods only report what running ones would'],
    ['kubeconfig', status.kubeconfig],
    ['directory', status.directory],
    [
      'storage',
      status.durable === undefined
        ? undefined
        : status.durable
          ? 'durable'
          : 'not durable: gone with `down`',
    ],
    ['restarts', status.restarts ? String(status.restarts) : undefined],
    ...status.components.map(({ name, running, pid }): [string, string] => [
      name,
      running ? `running, process ${pid}` : 'not running',
    ]),
  ];
  return rows
    .filter((row): row is [string, string] => row[1] !== undefined)
    .map(([name, value]) => `${name.padEnd(24)}${value}\n`)
    .join('');
}
