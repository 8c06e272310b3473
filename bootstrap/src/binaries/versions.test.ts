import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { findDigest } from './download.ts';
import { releaseOf } from './releases.ts';
import { versionKey, versions } from './versions.ts';

const moduleFile = (name: string): string =>
  readFileSync(fileURLToPath(new URL(`../../golang/${name}/go.mod`, import.meta.url)), 'utf8');

describe('pinned versions', () => {
  it('are the same for downloading and for building', () => {
    expect(moduleFile('kubernetes')).to.contain(`k8s.io/kubernetes v${versions.kubernetes}`);
    expect(moduleFile('kubernetes')).to.contain(
      `k8s.io/api => k8s.io/api v${versions.kubernetes.replace(/^1\./, '0.')}`,
    );
    expect(moduleFile('etcd')).to.contain(`go.etcd.io/etcd/server/v3 v${versions.etcd}`);
    expect(moduleFile('kwok')).to.contain(`sigs.k8s.io/kwok v${versions.kwok}`);
  });

  it('name the cache', () => {
    expect(versionKey({ os: 'linux', arch: 'arm64' })).to.equal(
      'kubernetes-1.36.4-etcd-3.6.6-kwok-0.8.0-linux-arm64',
    );
  });

  it('lead to the publishers’ own paths, below a mirror too', () => {
    const linux = { os: 'linux', arch: 'amd64' };
    expect(releaseOf('kube-apiserver', linux)?.checksumUrl).to.equal(
      'https://dl.k8s.io/release/v1.36.4/bin/linux/amd64/kube-apiserver.sha256',
    );
    expect(releaseOf('etcd', linux, 'http://mirror.test/base/')?.url).to.equal(
      'http://mirror.test/base/etcd-io/etcd/releases/download/v3.6.6/etcd-v3.6.6-linux-amd64.tar.gz',
    );
    expect(releaseOf('etcd', { os: 'darwin', arch: 'arm64' })).to.equal(undefined);
  });
});

describe('a checksum file', () => {
  const digest = 'ab'.repeat(32);

  it('may be the bare digest or a list with file names', () => {
    expect(findDigest(`${digest.toUpperCase()}\n`, 'x')).to.equal(digest);
    expect(findDigest(`${'0'.repeat(64)}  y\n${digest} *dir/x\n`, 'x')).to.equal(digest);
  });

  it('without a digest of the file says nothing', () => {
    expect(findDigest('<html>sign in</html>', 'x')).to.equal(undefined);
    expect(findDigest(`${digest}  y\n`, 'x')).to.equal(undefined);
  });
});
