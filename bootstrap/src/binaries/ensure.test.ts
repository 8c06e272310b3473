import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  eventually,
  failureOf,
  found,
  spawnModule,
  temporaryDirectory,
  type RunningModule,
  type TemporaryDirectory,
} from '@codex-k8s/testing';
import { expect } from 'chai';
import { BootstrapError } from '../errors/index.ts';
import type { Progress } from '../progress.ts';
import { ensureBinaries, type EnsureBinariesOptions } from './ensure.ts';
import { pathOfRelease, scriptOf, startMirror } from './testdata/mirror.ts';
import { versionKey } from './versions.ts';

const program = (path: string, content: string): void =>
  writeFileSync(path, content, { mode: 0o755 });

/** Wants all binaries in a process of its own, which prints the phases it goes through. */
const want = (options: EnsureBinariesOptions): RunningModule =>
  spawnModule(
    `import { ensureBinaries } from ${JSON.stringify(fileURLToPath(new URL('ensure.ts', import.meta.url)))};
     const binaries = await ensureBinaries({
       ...${JSON.stringify(options)},
       onProgress: ({ phase }) => console.log(phase),
     });
     await binaries.others;`,
  );

describe('the control plane’s binaries', function () {
  let directory: TemporaryDirectory;
  let bin: string;
  /** No Go, and no proxy: only what the test offers. */
  let options: EnsureBinariesOptions;

  before(function () {
    if (process.platform !== 'linux') this.skip(); // publishers release these programs for Linux alone
  });
  beforeEach(async () => {
    directory = await temporaryDirectory('binaries');
    const cacheDirectory = join(directory.path, 'cache');
    bin = join(cacheDirectory, 'control-plane', versionKey(), 'bin');
    options = { cacheDirectory, toolEnvironment: { PATH: '/nonexistent' } };
  });
  afterEach(() => directory.remove());

  it('are downloaded, checked, and kept for the next time', async () => {
    await using mirror = await startMirror(directory.path);
    const binaries = await ensureBinaries({ ...options, downloadBaseUrl: `${mirror.url}/` });
    expect(readFileSync(binaries.essential.etcd, 'utf8')).to.equal(scriptOf('etcd'));
    const others = await binaries.others;
    expect(readFileSync(others.kwok, 'utf8')).to.equal(scriptOf('kwok'));
    expect([...binaries.sources.values()]).to.deep.equal(Array(5).fill('download'));

    const asked = mirror.requests.length;
    const again = await ensureBinaries({ ...options, downloadBaseUrl: mirror.url });
    await again.others;
    expect(mirror.requests).to.have.length(asked);
    expect([...again.sources.values()]).to.deep.equal(Array(5).fill('cache'));
  });

  it('come with etcd and kube-apiserver first', async () => {
    await using mirror = await startMirror(directory.path);
    mirror.answer(pathOfRelease('kube-scheduler'), () => undefined); // never answered
    const aborter = new AbortController();
    const binaries = await ensureBinaries({
      ...options,
      downloadBaseUrl: mirror.url,
      signal: aborter.signal,
    });
    expect(existsSync(binaries.essential['kube-apiserver'])).to.equal(true);
    await found('the request of the scheduler', () =>
      mirror.requests.find((path) => path === pathOfRelease('kube-scheduler')),
    );
    expect(existsSync(join(bin, 'kube-scheduler'))).to.equal(false);
    aborter.abort();
    expect((await failureOf(binaries.others)).name).to.equal('AbortError');
  });

  it('are refused when a checksum does not match, and nothing is kept', async () => {
    await using mirror = await startMirror(directory.path);
    mirror.answer(pathOfRelease('kube-apiserver'), (response) =>
      response.end('#!/bin/sh\necho tampered\n'),
    );
    const error = await failureOf(ensureBinaries({ ...options, downloadBaseUrl: mirror.url }));
    expect(error)
      .to.be.instanceOf(BootstrapError)
      .with.nested.property('data.code', 'CK-LOCAL-002');
    expect(error.message).to.contain(
      `kube-apiserver from ${mirror.url}${pathOfRelease('kube-apiserver')} does not match`,
    );
    expect(readdirSync(bin)).to.deep.equal(['etcd']);
    expect(existsSync(join(bin, '..', 'partial'))).to.equal(false);
  });

  it('are never taken without a checksum', async () => {
    await using mirror = await startMirror(directory.path);
    mirror.answer(pathOfRelease('etcd', 'checksumUrl'), (response) =>
      response.writeHead(404).end(),
    );
    const error = await failureOf(ensureBinaries({ ...options, downloadBaseUrl: mirror.url }));
    expect(error).to.have.nested.property('data.code', 'CK-LOCAL-001');
    expect(error.message).to.contain('SHA256SUMS answered 404');
    expect(mirror.requests).not.to.include(pathOfRelease('etcd'));
  });

  it('that arrive cut off are not kept', async () => {
    await using mirror = await startMirror(directory.path);
    mirror.answer(pathOfRelease('kube-apiserver'), (response, original) => {
      response.writeHead(200, { 'content-length': original.length });
      response.write(original.subarray(0, 5));
      setTimeout(() => response.destroy(), 20);
    });
    await failureOf(ensureBinaries({ ...options, downloadBaseUrl: mirror.url }));
    expect(readdirSync(bin)).to.deep.equal(['etcd']);
  });

  it('cost about a second where the origin never connects, however many are asked for', async () => {
    // Accepts and never says a word: a TLS handshake that does not end.
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const address = silent.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const began = performance.now();
    const error = await failureOf(
      ensureBinaries({ ...options, downloadBaseUrl: `https://127.0.0.1:${port}` }),
    );
    const elapsed = performance.now() - began;
    silent.close();
    expect(error).to.have.nested.property('data.code', 'CK-LOCAL-001');
    expect(error.message).to.match(/etcd.*Connect Timeout.*timeout: 1000ms.*Go is not installed/);
    expect(error)
      .to.have.nested.property('data.hint')
      .that.contains('KUBEBUILDER_ASSETS')
      .and.contains('--kubeconfig');
    expect(elapsed).to.be.within(900, 2_000);
  });

  it('of one’s own go first', async () => {
    await using mirror = await startMirror(directory.path);
    const assetsDirectory = join(directory.path, 'assets');
    mkdirSync(assetsDirectory);
    for (const name of ['etcd', 'kube-apiserver'])
      program(join(assetsDirectory, name), '#!/bin/sh\n');
    const binaries = await ensureBinaries({
      ...options,
      assetsDirectory,
      downloadBaseUrl: mirror.url,
    });
    expect(binaries.essential.etcd).to.equal(join(assetsDirectory, 'etcd'));
    expect((await binaries.others).kwok).to.equal(join(bin, 'kwok'));
    expect(mirror.requests.some((path) => path.includes('apiserver'))).to.equal(false);
  });

  describe('wanted by two processes at once', () => {
    it('are fetched once, and the other waits and says so', async () => {
      await using mirror = await startMirror(directory.path);
      mirror.answer(pathOfRelease('kube-apiserver'), (response, original) => {
        setTimeout(() => response.end(original), 1_000);
      });
      const wanted = { ...options, downloadBaseUrl: mirror.url };
      const both = await Promise.all([want(wanted).ended, want(wanted).ended]);
      expect(both.map(({ code, err }) => `${code}${err}`)).to.deep.equal(['0', '0']);
      expect(new Set(mirror.requests).size).to.equal(mirror.requests.length);
      const waited = both.filter(({ out }) => out.includes('wait'));
      expect(waited).to.have.length(1);
    });

    it('are fetched by the other when the first is killed', async () => {
      await using mirror = await startMirror(directory.path);
      let answered = 0;
      mirror.answer(pathOfRelease('kube-apiserver'), (response, original) => {
        answered += 1;
        if (answered === 1)
          response
            .writeHead(200, { 'content-length': original.length })
            .write(original.subarray(0, 9));
        else response.end(original);
      });
      const first = want({ ...options, downloadBaseUrl: mirror.url });
      await eventually(() => answered === 1);
      const progress: Progress[] = [];
      const second = ensureBinaries({
        ...options,
        downloadBaseUrl: mirror.url,
        onProgress: (each) => progress.push(each),
      });
      await eventually(() => progress.some(({ phase }) => phase === 'wait'));
      first.child.kill('SIGKILL');
      const binaries = await second;
      expect(readFileSync(binaries.essential['kube-apiserver'], 'utf8')).to.equal(
        scriptOf('kube-apiserver'),
      );
      await binaries.others;
      await eventually(() => expect(readdirSync(join(bin, '..'))).to.deep.equal(['bin']));
    });
  });
});
