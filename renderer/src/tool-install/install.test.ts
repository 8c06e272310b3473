import { expect } from 'chai';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEnvironment } from '../cli/config.ts';
import { findTool, toolKey, tools, ToolError } from '../tools/index.ts';
import { buildWithGo } from './go-build.ts';
import { findDigest } from './download.ts';
import { installTools, type InstallOptions } from './install.ts';
import { pathOf, scriptOf, startMirror } from './testdata/mirror.ts';

async function failureOf(promise: Promise<unknown>): Promise<ToolError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof ToolError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

/** A directory for PATH with the tar of this machine and no Go; gzip is what tar unpacks with. */
async function onlyTar(directory: string): Promise<string> {
  const bin = join(directory, 'bin');
  await mkdir(bin);
  for (const name of ['tar', 'gzip'])
    for (const place of [`/usr/bin/${name}`, `/bin/${name}`])
      if (existsSync(place) && !existsSync(join(bin, name))) await symlink(place, join(bin, name));
  return bin;
}

/** Installs in a process of its own; gives what it said. */
async function inAnotherProcess(options: InstallOptions): Promise<string> {
  const url = new URL('install.ts', import.meta.url).href;
  const script = `import { installTools } from ${JSON.stringify(url)};
    await installTools({ ...${JSON.stringify(options)}, onProgress: console.log });`;
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script]);
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const code = await new Promise((resolve) => {
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(said);
  return said;
}

describe('installing the tools', () => {
  let directory: string;
  let toolsDirectory: string;
  /** No Go: only what the test offers. */
  let options: InstallOptions;

  before(function () {
    // Elsewhere the publishers' archives are not known to us, and the scripts below are no programs.
    if (process.platform !== 'linux' && process.platform !== 'darwin') this.skip();
  });
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'ck-tools-'));
    toolsDirectory = join(directory, 'tools');
    options = {
      directory: toolsDirectory,
      environment: { PATH: await onlyTar(directory) },
    };
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('downloads them, checks them, and keeps them for the next time', async () => {
    await using mirror = await startMirror(directory);
    const installed = await installTools({ ...options, downloadBaseUrl: `${mirror.url}/` });
    expect(installed.map(({ name, source, wasThere }) => [name, source, wasThere])).to.deep.equal([
      ['helm', 'download', false],
      ['kustomize', 'download', false],
    ]);
    expect(await readFile(installed[0]?.path ?? '', 'utf8')).to.equal(scriptOf('helm'));
    expect((await findTool(toolsDirectory, 'helm'))?.provenance).to.contain(pathOf('helm'));

    const asked = mirror.requests.length;
    const again = await installTools({ ...options, downloadBaseUrl: mirror.url });
    expect(again.map(({ wasThere }) => wasThere)).to.deep.equal([true, true]);
    expect(mirror.requests).to.have.length(asked);
    const names = await readdir(toolsDirectory);
    expect(names.toSorted()).to.deep.equal([toolKey('helm'), toolKey('kustomize')]);
  });

  it('gets a program anew that is not what was installed, or when it is told to', async () => {
    await using mirror = await startMirror(directory);
    const wanted = { ...options, downloadBaseUrl: mirror.url, names: ['helm'] } as const;
    const [first] = await installTools(wanted);
    await writeFile(first?.path ?? '', '#!/bin/sh\necho tampered\n');
    const [second] = await installTools(wanted);
    expect(second?.wasThere).to.equal(false);
    expect(await readFile(second?.path ?? '', 'utf8')).to.equal(scriptOf('helm'));
    const [third] = await installTools({ ...wanted, force: true });
    expect(third?.wasThere).to.equal(false);
  });

  it('refuses an archive that does not match its checksum, and keeps nothing', async () => {
    await using mirror = await startMirror(directory);
    mirror.answer(pathOf('helm'), (response) => response.end('something else'));
    const error = await failureOf(installTools({ ...options, downloadBaseUrl: mirror.url }));
    expect(error.problem).to.equal('wrong-checksum');
    expect(error.message).to.contain(`helm from ${mirror.url}${pathOf('helm')} does not match`);
    expect(await readdir(toolsDirectory)).to.deep.equal([]);
  });

  it('takes nothing without a checksum, and nothing that arrives cut off', async () => {
    await using mirror = await startMirror(directory);
    mirror.answer(pathOf('helm', 'checksums'), (response) => response.writeHead(404).end());
    const missing = await failureOf(installTools({ ...options, downloadBaseUrl: mirror.url }));
    expect(missing.problem).to.equal('unavailable');
    expect(missing.message).to.match(/sha256sum answered 404; Go is not installed$/);
    expect(mirror.requests).not.to.include(pathOf('helm'));

    mirror.answer(pathOf('kustomize'), (response, original) => {
      response.writeHead(200, { 'content-length': original.length });
      response.write(original.subarray(0, 20));
      setTimeout(() => response.destroy(), 20);
    });
    const cut = { ...options, downloadBaseUrl: mirror.url, names: ['kustomize'] } as const;
    expect((await failureOf(installTools(cut))).problem).to.equal('unavailable');
    expect(await readdir(toolsDirectory)).to.deep.equal([]);
  });

  it('refuses a program of another version under the right name', async () => {
    await using mirror = await startMirror(directory, { helm: '#!/bin/sh\necho v3.21.0\n' });
    const error = await failureOf(installTools({ ...options, downloadBaseUrl: mirror.url }));
    expect(error.message).to.equal(`helm says it is "v3.21.0", not v${tools.helm.version}`);
    expect(await readdir(toolsDirectory)).to.deep.equal([]);
  });

  it('costs about a second where the origin never connects', async () => {
    // Accepts and never says a word: a TLS handshake that does not end.
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const address = silent.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const began = performance.now();
    const downloadBaseUrl = `https://127.0.0.1:${port}`;
    const error = await failureOf(installTools({ ...options, downloadBaseUrl }));
    const elapsed = performance.now() - began;
    silent.close();
    expect(error.message).to.match(/no connection within 1000 ms\); Go is not installed$/);
    expect(error.hint).to.contain('CODEXK8S_DOWNLOAD_BASE_URL');
    expect(elapsed).to.be.within(900, 2_000);
  });

  it('follows a redirect, as releases have them', async () => {
    await using mirror = await startMirror(directory);
    mirror.answer(pathOf('helm'), (response) =>
      response.writeHead(302, { location: '/moved' }).end(),
    );
    mirror.answer('/moved', (response) => response.end(mirror.contentOf(pathOf('helm'))));
    const wanted = { ...options, downloadBaseUrl: mirror.url, names: ['helm'] } as const;
    const [helm] = await installTools(wanted);
    expect(helm?.source).to.equal('download');
  });

  it('is done once by two processes at once: the other waits and says so', async () => {
    await using mirror = await startMirror(directory);
    mirror.answer(pathOf('helm'), (response, original) => {
      setTimeout(() => response.end(original), 1_000);
    });
    const wanted = { ...options, downloadBaseUrl: mirror.url };
    const both = await Promise.all([inAnotherProcess(wanted), inAnotherProcess(wanted)]);
    expect(both.filter((said) => said.includes('another process'))).to.have.length(1);
    expect(new Set(mirror.requests).size).to.equal(mirror.requests.length);
  });
});

describe('building a tool with Go', function () {
  this.timeout(600_000);
  let scratch: string;
  beforeEach(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'ck-go-'));
  });
  afterEach(() => rm(scratch, { recursive: true, force: true }));

  it('is no source where there is no Go', async () => {
    const environment = { PATH: '/nonexistent' };
    expect(
      await buildWithGo('helm', join(scratch, 'helm'), {
        scratch,
        environment,
        onStep: () => undefined,
      }),
    ).to.deep.equal({ kind: 'unavailable', reason: 'Go is not installed' });
  });

  it('says why it failed', async function () {
    // Where the tools come from elsewhere, a machine without Go is a fine machine.
    if (spawnSync('go', ['version']).status !== 0) this.skip();
    const { toolEnvironment } = readEnvironment();
    const environment = {
      ...toolEnvironment,
      GOPROXY: 'off',
      GOMODCACHE: join(scratch, 'modules'),
    };
    const build = buildWithGo('kustomize', join(scratch, 'kustomize'), {
      scratch,
      environment,
      onStep: () => undefined,
    });
    const error = await failureOf(build);
    expect(error.problem).to.equal('build-failed');
    expect(error.message).to.match(
      /building kustomize with Go failed:\n.*disabled by GOPROXY=off/s,
    );
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
