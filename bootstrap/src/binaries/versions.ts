/**
 * The pinned releases; `golang/<module>/go.mod` pins the same ones for building. To raise one: change
 * it here and in go.mod (Kubernetes: all `replace` lines too), then `go mod tidy -e` in that folder.
 */
export const versions = { kubernetes: '1.36.4', etcd: '3.6.6', kwok: '0.8.0' } as const;

/** With these two the API answers and applying works; they come first. */
export const essentialBinaries = ['etcd', 'kube-apiserver'] as const;
/** Controllers, scheduling and the simulated node. */
export const otherBinaries = ['kube-controller-manager', 'kube-scheduler', 'kwok'] as const;

export type EssentialBinary = (typeof essentialBinaries)[number];
export type OtherBinary = (typeof otherBinaries)[number];
export type BinaryName = EssentialBinary | OtherBinary;

/** Where a binary came from. */
export type BinarySource = 'assets' | 'cache' | 'download' | 'build';

/** Go's names for this machine. */
export interface Target {
  os: string;
  arch: string;
}

/** The machine this runs on. */
export function currentTarget(): Target {
  return {
    os: process.platform === 'win32' ? 'windows' : process.platform,
    arch: process.arch === 'x64' ? 'amd64' : process.arch,
  };
}

/** Names one set of binaries in the cache: every version and the machine. */
export function versionKey(target: Target = currentTarget()): string {
  return [
    `kubernetes-${versions.kubernetes}`,
    `etcd-${versions.etcd}`,
    `kwok-${versions.kwok}`,
    target.os,
    target.arch,
  ].join('-');
}
