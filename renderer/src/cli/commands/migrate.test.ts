import { expect } from 'chai';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProgram } from '../program.ts';

const old = fileURLToPath(new URL('../../../testdata/migrate/v1', import.meta.url));

async function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const [out, err]: [string[], string[]] = [[], []];
  const code = await runProgram(args, {
    stdout: { write: (text: string) => out.push(text) },
    stderr: { write: (text: string) => err.push(text) },
  });
  return { code, stdout: out.join(''), stderr: err.join('') };
}

describe('the command migrate', () => {
  let directory: string;
  let file: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'ck-migrate-'));
    await cp(old, directory, { recursive: true });
    file = join(directory, 'services.yaml');
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('prints the new file as data and the report beside it, and writes nothing', async () => {
    const before = await readFile(file, 'utf8');
    const { code, stdout, stderr } = await run('migrate', '--file', file);
    expect(code, stderr).to.equal(0);
    expect(stdout).to.match(/^apiVersion: codex-k8s\.dev\/v1alpha1\n/);
    expect(stderr).to.contain('What needs a person (12)');
    expect(await readFile(file, 'utf8')).to.equal(before);
  });

  it('overwrites nothing without --force', async () => {
    const before = await readFile(file, 'utf8');
    const refused = await run('migrate', '--file', file, '--out', directory);
    expect(refused.code).to.equal(1);
    expect(refused.stderr).to.contain('services.yaml in');
    expect(await readFile(file, 'utf8')).to.equal(before);
  });

  it('leaves a stack that validates where it is told to write', async () => {
    const { code, stderr } = await run('migrate', '--file', file, '--out', directory, '--force');
    expect(code, stderr).to.equal(0);
    const valid = await run('validate', '--file', file, '--root', directory);
    expect(valid.code, valid.stdout).to.equal(0);
    expect(valid.stderr).to.contain('is valid for dev, ai-staging, ai, ai-repair');
  });

  it('gives the whole report as JSON and as a list to tick off', async () => {
    const json = await run('migrate', '--file', file, '--output', 'json');
    const report = JSON.parse(json.stdout) as { ok: boolean; notes: { kind: string }[] };
    expect(report.ok).to.equal(true);
    expect(report.notes.filter(({ kind }) => kind === 'person')).to.have.length(12);
    const markdown = await run('migrate', '--file', file, '--output', 'markdown');
    expect(markdown.stdout).to.contain('- [ ] `services.yaml:29:1` `maxSlots`');
  });
});
