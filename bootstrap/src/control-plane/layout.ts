import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where everything of one control plane lies in its directory. */
export interface Layout {
  directory: string;
  kubeconfig: string;
  /** What runs, as the supervisor last wrote it. */
  state: string;
  /** Held by the supervisor while it lives. */
  lock: string;
  logs: string;
  secrets: string;
  /** Serving certificate of the API server. */
  certificates: string;
  certificateAuthority: string;
  /** etcd's data. */
  data: string;
}

/** Names of the sockets, relative to the directory: a socket's full path may have 107 bytes only. */
export const sockets = { etcdClient: 'etcd.sock', etcdPeer: 'etcd-peer.sock' } as const;

/** The stages of the simulated node. */
export const stagesFile = fileURLToPath(new URL('../../simulation/stages.yaml', import.meta.url));

export function layoutOf(directory: string): Layout {
  const certificates = join(directory, 'certificates');
  return {
    directory,
    kubeconfig: join(directory, 'kubeconfig'),
    state: join(directory, 'cluster.json'),
    lock: join(directory, 'lock'),
    logs: join(directory, 'logs'),
    secrets: join(directory, 'secrets'),
    certificates,
    certificateAuthority: join(certificates, 'apiserver.crt'),
    data: join(directory, 'etcd'),
  };
}

export const logOf = (layout: Layout, component: string): string =>
  join(layout.logs, `${component}.log`);
