import { versions, type BinaryName, type Target } from './versions.ts';

/** Where a publisher offers one binary and the checksum of it. */
export interface Release {
  url: string;
  /** A file with the SHA-256 of `url`: the bare digest, or lines of `<digest>  <file name>`. */
  checksumUrl: string;
  /** Path of the program inside a tar archive; absent when `url` is the program itself. */
  member?: string;
}

const origins = { kubernetes: 'https://dl.k8s.io', github: 'https://github.com' } as const;

/**
 * The official download of a binary, or `undefined` where its projects publish none for this
 * machine. A mirror keeps the publishers' paths below its own base URL.
 */
export function releaseOf(name: BinaryName, target: Target, mirror?: string): Release | undefined {
  if (target.os !== 'linux') return undefined;
  const base = (origin: string): string => (mirror ?? origin).replace(/\/+$/, '');
  if (name === 'etcd') {
    const stem = `etcd-v${versions.etcd}-${target.os}-${target.arch}`;
    const folder = `${base(origins.github)}/etcd-io/etcd/releases/download/v${versions.etcd}`;
    return {
      url: `${folder}/${stem}.tar.gz`,
      checksumUrl: `${folder}/SHA256SUMS`,
      member: `${stem}/etcd`,
    };
  }
  // kwok's project publishes no checksums: it comes from a mirror that adds one, else it is built.
  const url =
    name === 'kwok'
      ? `${base(origins.github)}/kubernetes-sigs/kwok/releases/download/v${versions.kwok}/kwok-${target.os}-${target.arch}`
      : `${base(origins.kubernetes)}/release/v${versions.kubernetes}/bin/${target.os}/${target.arch}/${name}`;
  return { url, checksumUrl: `${url}.sha256` };
}
