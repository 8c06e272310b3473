import { join } from 'node:path';
import type { BinaryName } from '../binaries/index.ts';
import { sockets, stagesFile, type Layout } from './layout.ts';

/** What the command lines depend on. */
export interface ComponentOptions {
  layout: Layout;
  /** The API server's port on loopback. */
  port: number;
  /** Whether etcd waits for the disk: state that must survive a power cut. */
  durable: boolean;
}

/** Files with credentials below `secrets`. */
export const secretFiles = {
  tokens: 'tokens.csv',
  serviceAccountKey: 'service-account.key',
  kubeconfigOf: (component: BinaryName): string => `${component}.kubeconfig`,
} as const;

// Without these a hundred Deployments wait for the clients' own throttle for 20 seconds.
const unthrottled = ['--kube-api-qps=1000', '--kube-api-burst=2000'];

const secret = (layout: Layout, name: string): string => join(layout.secrets, name);
const kubeconfig = (layout: Layout, component: BinaryName): string =>
  `--kubeconfig=${secret(layout, secretFiles.kubeconfigOf(component))}`;

/** The parameters of each component; paths are absolute but for sockets (see `sockets`). */
export const parametersOf: Record<BinaryName, (options: ComponentOptions) => string[]> = {
  etcd: ({ layout, durable }) => [
    `--data-dir=${layout.data}`,
    // Sockets in a private folder: a port would let every user of the machine into the cluster.
    `--listen-client-urls=unix://${sockets.etcdClient}`,
    `--listen-peer-urls=unix://${sockets.etcdPeer}`,
    // Required, never dialled: there is one member, and its only client knows the socket.
    '--advertise-client-urls=http://localhost:2379',
    '--log-level=warn',
    ...(durable ? [] : ['--unsafe-no-fsync']),
  ],
  'kube-apiserver': ({ layout, port }) => [
    `--etcd-servers=unix://${sockets.etcdClient}`,
    `--cert-dir=${layout.certificates}`,
    `--secure-port=${port}`,
    '--bind-address=127.0.0.1',
    // No simulated pod ever calls the API by its service, and loopback may not be an endpoint.
    '--advertise-address=127.0.0.1',
    '--endpoint-reconciler-type=none',
    '--service-cluster-ip-range=10.96.0.0/16',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${secret(layout, secretFiles.serviceAccountKey)}`,
    `--service-account-signing-key-file=${secret(layout, secretFiles.serviceAccountKey)}`,
    '--authorization-mode=Node,RBAC',
    `--token-auth-file=${secret(layout, secretFiles.tokens)}`,
    '--anonymous-auth=false',
    '--allow-privileged=true',
    '--profiling=false',
  ],
  'kube-controller-manager': ({ layout }) => [
    kubeconfig(layout, 'kube-controller-manager'),
    `--service-account-private-key-file=${secret(layout, secretFiles.serviceAccountKey)}`,
    `--root-ca-file=${layout.certificateAuthority}`,
    '--use-service-account-credentials=true',
    '--leader-elect=false',
    '--secure-port=0',
    '--profiling=false',
    ...unthrottled,
  ],
  'kube-scheduler': ({ layout }) => [
    kubeconfig(layout, 'kube-scheduler'),
    '--leader-elect=false',
    '--secure-port=0',
    '--profiling=false',
    ...unthrottled,
  ],
  kwok: ({ layout }) => [
    kubeconfig(layout, 'kwok'),
    `--config=${stagesFile}`,
    '--manage-all-nodes=true',
    '--node-lease-duration-seconds=40',
    '--cidr=10.244.0.0/16',
    '--node-ip=10.0.0.1',
  ],
};
