import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allCommands, describeProgram } from '../index.ts';
import { completeBash, completeFish, completeZsh } from './index.ts';

const root = describeProgram();
const program = 'codex-k8s-renderer';

function isInstalled(shell: string): boolean {
  return spawnSync(shell, ['-c', 'exit 0']).error === undefined;
}

describe('shell completion', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'ck-completion-'));
    await mkdir(join(directory, 'folder with space'));
    await writeFile(join(directory, 'services.yaml'), '');
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  function run(shell: string, args: readonly string[], script: string): string {
    const { status, stdout, stderr } = spawnSync(shell, [...args, script], {
      cwd: directory,
      env: { PATH: process.env['PATH'] ?? '', HOME: directory, TERM: 'dumb' },
      timeout: 20_000,
    });
    expect([status, stderr.toString()], shell).to.deep.equal([0, '']);
    return stdout.toString();
  }

  describe('of bash', () => {
    /** What bash offers for the last of the words. */
    function complete(...words: string[]): string[] {
      const list = [program, ...words].map((word) => `'${word}'`).join(' ');
      const script = `${completeBash(root)}
COMP_WORDS=(${list}); COMP_CWORD=${words.length}
_codex_k8s_renderer || true
printf '%s\\n' "\${COMPREPLY[@]}"`;
      return run('bash', ['--norc', '--noprofile', '-u', '-c'], script).trim().split('\n');
    }

    it('offers commands, and those below a command', () => {
      expect(complete('')).to.include.members(root.commands.map(({ name }) => name));
      expect(complete('pl')).to.deep.equal(['plan']);
      expect(complete('images', '')).to.include('lock');
      expect(complete('completion', '')).to.include.members(['bash', 'zsh', 'fish']);
    });

    it('offers every option of every command', () => {
      for (const { path, options } of allCommands(root)) {
        const words = path === '' ? [] : path.split(' ');
        const offered = complete(...words, '--');
        expect(offered, path).to.include.members(options.map(({ long }) => long));
      }
    });

    it('offers what an option may be', () => {
      expect(complete('plan', '--output', '')).to.deep.equal(['text', 'json', 'yaml']);
      expect(complete('plan', '-o', 'j')).to.deep.equal(['json']);
      expect(complete('plan', '--env', 'x', '--output', 'y')).to.deep.equal(['yaml']);
      expect(complete('render', '--out', 'fold')).to.include('folder');
      expect(complete('plan', '--file', 'serv')).to.deep.equal(['services.yaml']);
      expect(complete('plan', '--env', '')).to.deep.equal(['']);
    });

    it('is found by bash under the name of the program', () => {
      const found = run('bash', ['--norc', '-c'], `${completeBash(root)}\ncomplete -p ${program}`);
      expect(found).to.equal(`complete -o filenames -F _codex_k8s_renderer ${program}\n`);
    });
  });

  describe('of fish', () => {
    before(function () {
      // Not part of the development tools; apt has it.
      if (!isInstalled('fish')) this.skip();
    });

    async function complete(line: string): Promise<string[]> {
      const file = join(directory, 'completion.fish');
      await writeFile(file, completeFish(root));
      const text = run('fish', ['--no-config', '-c'], `source ${file}; complete -C '${line}'`);
      return text
        .trim()
        .split('\n')
        .map((offer) => offer.split('\t')[0] ?? '');
    }

    it('offers commands, options and what an option may be', async () => {
      expect(await complete(`${program} pl`)).to.deep.equal(['plan']);
      expect(await complete(`${program} images `)).to.include('lock');
      expect(await complete(`${program} completion `)).to.include.members(['bash', 'zsh', 'fish']);
      expect(await complete(`${program} plan --output `)).to.have.members(['text', 'json', 'yaml']);
      expect(await complete(`${program} graph --output `)).to.have.members(['mermaid', 'dot']);
      expect(await complete(`${program} plan --file serv`)).to.include('services.yaml');
      for (const { path, options } of allCommands(root))
        expect(await complete(`${program} ${path} --`), path).to.include.members(
          options.map(({ long }) => long),
        );
    }).timeout(60_000);
  });

  describe('of zsh', () => {
    before(function () {
      if (!isInstalled('zsh')) this.skip();
    });

    /** What an interactive zsh writes after the line and the tab key. */
    async function complete(line: string): Promise<string> {
      const file = join(directory, '_codex-k8s-renderer');
      await writeFile(file, completeZsh(root));
      const script = `
zmodload zsh/zpty
zpty -b shell 'TERM=dumb zsh -f -i'
zpty -w shell 'PS1=; autoload -Uz compinit; compinit -u -D; setopt NO_BEEP; LISTMAX=1000; source ${file}; echo rea""dy'
typeset seen=
for i in {1..200}; do zpty -r -t shell part && seen+=$part || sleep 0.05; [[ $seen == *ready* ]] && break; done
zpty -n -w shell $'${line}\\t'
seen=
integer idle=0
while (( idle < 12 )); do zpty -r -t shell part && { seen+=$part; idle=0 } || { sleep 0.05; idle+=1 }; done
zpty -d shell
print -r -- $seen`;
      // oxlint-disable-next-line no-control-regex -- a terminal's own characters
      return run('zsh', ['-f', '-c'], script).replaceAll(/\x1b\[[0-9;?]*[A-Za-z]|\r/g, '');
    }

    it('is loaded from a file of fpath, and completes what is unique', async () => {
      expect(await complete(`${program} promp`)).to.include(`${program} prompt-context`);
      expect(await complete(`${program} images l`)).to.include(`${program} images lock`);
      expect(await complete(`${program} plan --kube`)).to.include('plan --kubernetes-version');
      expect(await complete(`${program} plan --output js`)).to.include('--output json');
      expect(await complete(`${program} completion fi`)).to.include('completion fish');
    }).timeout(120_000);

    it('names every command with what it does', async () => {
      const seen = await complete(`${program} `);
      for (const { name } of root.commands) expect(seen).to.match(new RegExp(`${name}\\s+-- `));
    }).timeout(60_000);
  });
});
