import { expect } from 'chai';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SourceReader } from '../source-reader.ts';
import { createRenderer } from '../renderer.ts';
import { git, gitTreeOf, stackText } from '../testing/index.ts';
import { createFilesystemReader } from './filesystem.ts';

describe('the filesystem reader', () => {
  let directory: string;
  let root: string;
  let reader: SourceReader;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'ck-reader-'));
    root = join(directory, 'source');
    await mkdir(join(root, 'deploy/inner'), { recursive: true });
    await writeFile(join(root, 'deploy/b.yaml'), 'b: 1\n');
    await writeFile(join(root, 'deploy/inner/a.yaml'), 'a: 1\n');
    await writeFile(join(root, 'run.sh'), '#!/bin/sh\n');
    await chmod(join(root, 'run.sh'), 0o755);
    await symlink('b.yaml', join(root, 'deploy/link.yaml'));
    reader = await createFilesystemReader(root);
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('gives bytes with the id that git gives them', async () => {
    const file = await reader.read('deploy/b.yaml');
    expect(new TextDecoder().decode(file?.bytes)).to.equal('b: 1\n');
    expect(file?.digest).to.equal(await git(root, ['hash-object', 'deploy/b.yaml']));
  });

  it('says that there is nothing at a missing path, a directory, or below a file', async () => {
    for (const path of ['nope.yaml', 'deploy', 'run.sh/x'])
      expect(await reader.read(path), path).to.equal(undefined);
  });

  it('lists the files below a directory, sorted', async () => {
    expect(await reader.list('deploy')).to.deep.equal(['deploy/b.yaml', 'deploy/inner/a.yaml']);
    expect(await reader.list('')).to.include('run.sh');
    expect(await reader.list('nope')).to.deep.equal([]);
  });

  it('hashes a directory as git does: executable files, links, no empty directories', async () => {
    await mkdir(join(root, 'empty/deeper'), { recursive: true });
    expect(await reader.treeHash('')).to.equal(await gitTreeOf(root));
    expect(await reader.treeHash('deploy')).to.equal(
      await git(root, ['rev-parse', `${await git(root, ['write-tree'])}:deploy`]),
    );
    expect(await reader.treeHash('nope')).to.equal(undefined);
  });

  it('follows no link: what leads outside cannot be read, and git would not read it either', async () => {
    await writeFile(join(directory, 'secret.yaml'), 'x: 1\n');
    await symlink(join(directory, 'secret.yaml'), join(root, 'secret.yaml'));
    await symlink(directory, join(root, 'up'));
    for (const path of ['../secret.yaml', 'secret.yaml', 'up/secret.yaml', 'deploy/link.yaml'])
      expect(await reader.read(path), path).to.equal(undefined);
    expect(await reader.list('up')).to.deep.equal([]);
    expect(await reader.list('')).not.to.include('secret.yaml');
  });

  it('makes a link a finding, not a crash', async () => {
    await symlink('/etc/hostname', join(root, 'deploy/outside.yaml'));
    const spec = '  environments: { dev: }\n  imports: [deploy/outside.yaml]\n';
    await writeFile(join(root, 'services.yaml'), stackText(spec));
    const result = await createRenderer().render({
      reader,
      file: 'services.yaml',
      environment: 'dev',
    });
    const found = result.ok ? [] : result.diagnostics.map(({ code, line }) => [code, line]);
    expect(found).to.deep.equal([['CK-R-001', 7]]);
  });
});
