import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import {
  installedPrograms,
  installTimeoutMs,
  nameOf,
  repositoryRoot,
  repositoryStacks,
  type RepositoryStack,
} from './testing/index.ts';

const run = promisify(execFile);
const main = fileURLToPath(new URL('./main.ts', import.meta.url));
const goldens = fileURLToPath(new URL('../testdata/rendered/', import.meta.url));
/** Write what is rendered now; the difference is what people review. */
const updating = process.env['CODEXK8S_UPDATE_GOLDENS'] === '1';

/** The files of a rendered directory as one text: a stream of YAML documents that people can read. */
async function readRendered(directory: string): Promise<{ manifests: string; plan: string }> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .toSorted();
  let manifests = '';
  for (const path of paths) {
    if (path === 'plan.json') continue;
    manifests += `--- # ${path}\n${await readFile(join(directory, path), 'utf8')}`;
  }
  return { manifests, plan: await readFile(join(directory, 'plan.json'), 'utf8') };
}

interface Surroundings {
  cwd: string;
  env: Record<string, string>;
}

/** Where helm and kustomize are, for the stacks that bring charts along. */
async function programsFor(stack: RepositoryStack, test: Mocha.Context): Promise<string> {
  if (stack.needsPrograms !== true) return '/nonexistent';
  test.timeout(installTimeoutMs);
  const { directory, missing } = await installedPrograms();
  if (missing !== undefined) throw new Error(missing);
  return directory;
}

/** Renders a stack by the command line, as a process of its own. */
async function render(
  { environment, slot }: RepositoryStack,
  out: string,
  { cwd, env }: Surroundings,
): Promise<{ manifests: string; plan: string }> {
  const place = slot === undefined ? [] : ['--slot', String(slot)];
  await run(process.execPath, [main, 'render', '--env', environment, ...place, '--out', out], {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', ...env },
  });
  return readRendered(out);
}

describe('golden files', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'ck-golden-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  for (const stack of repositoryStacks) {
    const name = nameOf(stack);
    const file = join(goldens, `${name}.yaml`);
    const planFile = join(goldens, `${name}.plan.json`);
    const home = { LC_ALL: 'C', TZ: 'UTC', HOME: '/nonexistent' };

    it(`hold every byte of ${name}`, async function () {
      const tools = await programsFor(stack, this);
      const cwd = join(repositoryRoot, stack.directory);
      const rendered = await render(stack, join(directory, 'out'), {
        cwd,
        env: { ...home, CODEXK8S_TOOLS_DIR: tools },
      });
      if (updating) {
        await mkdir(dirname(file), { recursive: true });
        await writeFile(file, rendered.manifests);
        await writeFile(planFile, rendered.plan);
      }
      expect(rendered.manifests).to.equal(await readFile(file, 'utf8'));
      expect(rendered.plan).to.equal(await readFile(planFile, 'utf8'));
    });

    // The platform's own stack lies at the root of the repository: it is not copied.
    if (stack.directory !== '.')
      it(`hold them in another directory, time zone and language: ${name}`, async function () {
        const tools = await programsFor(stack, this);
        const cwd = join(directory, 'somewhere else');
        await cp(join(repositoryRoot, stack.directory), cwd, { recursive: true });
        const env = {
          TZ: 'Asia/Kathmandu',
          LC_ALL: 'tr_TR.UTF-8',
          HOME: directory,
          CODEXK8S_TOOLS_DIR: tools,
          replicas: '9',
        };
        const rendered = await render(stack, join(directory, 'out'), { cwd, env });
        expect(rendered.manifests).to.equal(await readFile(file, 'utf8'));
        expect(rendered.plan).to.equal(await readFile(planFile, 'utf8'));
      });
  }

  it('are there for every stack, and for nothing else', async () => {
    const found = await readdir(goldens, { recursive: true, withFileTypes: true });
    const names = found
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(goldens.length));
    const expected = repositoryStacks.flatMap((stack) => [
      `${nameOf(stack)}.plan.json`,
      `${nameOf(stack)}.yaml`,
    ]);
    expect(names.toSorted()).to.deep.equal(expected.toSorted());
  });
});
