import { expect } from 'chai';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEnvironment } from '../cli/config.ts';
import type { ProgramOutcome, ProgramRequest } from '../manifests/index.ts';
import { installTools } from '../tool-install/index.ts';
import { startMirror } from '../tool-install/testdata/mirror.ts';
import { findTool, tools } from '../tools/index.ts';
import { createManifestPrograms, type ManifestProgramsOptions } from './create-programs.ts';
import { networkless } from './networkless.ts';

const request: ProgramRequest = {
  program: 'helm',
  args: ['template', '$(touch x); `id`', 'a b'],
  files: new Map([['chart/Chart.yaml', new TextEncoder().encode('name: x\n')]]),
};

describe('running helm and kustomize', () => {
  let directory: string;
  let toolsDirectory: string;
  before(function () {
    // The probes are shell scripts.
    if (process.platform === 'win32') this.skip();
  });
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'ck-programs-'));
    toolsDirectory = join(directory, 'tools');
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  /** Runs a script in place of helm, installed as helm is. */
  async function probe(
    script: string,
    limits: ManifestProgramsOptions['limits'] = {},
  ): Promise<ProgramOutcome> {
    const version = `if [ "$1" = version ]; then echo v${tools.helm.version}; exit; fi\n`;
    await using mirror = await startMirror(directory, { helm: `#!/bin/sh\n${version}${script}\n` });
    await installTools({
      directory: toolsDirectory,
      names: ['helm'],
      downloadBaseUrl: mirror.url,
      environment: readEnvironment().toolEnvironment,
    });
    return createManifestPrograms({ toolsDirectory, limits }).run(request);
  }

  async function printed(script: string): Promise<readonly [string, string]> {
    const outcome = await probe(script);
    if (outcome.kind === 'printed') return outcome.texts;
    throw new Error(JSON.stringify(outcome));
  }

  it('gives them their files and arguments, untouched by any shell', async () => {
    const [text] = await printed(
      '/bin/ls; printf "%s|" "$@"; while read -r l; do echo "$l"; done < chart/Chart.yaml',
    );
    expect(text).to.equal('chart\ntemplate|$(touch x); `id`|a b|name: x\n');
  });

  it('gives them an environment of their own: an empty home, no programs, no cluster', async () => {
    const [text] = await printed(
      'export -p; /bin/ls -A "$HOME"; echo end; [ -e "$KUBECONFIG" ] || echo none',
    );
    const variables = [...text.matchAll(/^(?:export|declare -x) (\w+)=/gm)].map(([, name]) => name);
    const helm = ['HELM_CACHE_HOME', 'HELM_CONFIG_HOME', 'HELM_DATA_HOME', 'HELM_PLUGINS'];
    const proxies = ['ALL_PROXY', 'HTTP_PROXY', 'HTTPS_PROXY'];
    const rest = ['HOME', 'KUBECONFIG', 'LC_ALL', 'PATH', 'PWD', 'TMPDIR', 'TZ'];
    expect([...helm, ...proxies, ...rest]).to.include.members(
      variables.filter((name) => name !== 'OLDPWD' && name !== 'SHLVL'),
    );
    expect(text).to.match(/\nend\nnone\n$/);
    expect(text).not.to.contain(process.env['HOME']);
  });

  it('runs them at two places and in two time zones at once, and shows that it did', async () => {
    const [first, second] = await printed('/bin/date +%z; pwd');
    expect([first.split('\n')[0], second.split('\n')[0]]).to.deep.equal(['-1200', '+1400']);
    expect(first.split('\n')[1]).not.to.equal(second.split('\n')[1]);
  });

  it('gives them no network, not even this machine', async function () {
    // Only Linux lets everybody make a network of one's own; some systems forbid it.
    if ((await networkless()).length === 0) this.skip();
    let connections = 0;
    const server = createServer((socket) => {
      connections += 1;
      socket.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const script = `require('node:net').connect(${port}, '127.0.0.1').on('connect', () => console.log('reached')).on('error', ({ code }) => console.log(code))`;
    await writeFile(join(directory, 'connect.cjs'), script);
    try {
      const [text] = await printed(`exec ${process.execPath} ${join(directory, 'connect.cjs')}`);
      expect(text).to.match(/^E[A-Z]+\n$/);
      expect(connections).to.equal(0);
    } finally {
      server.close();
    }
  });

  it('stops them with all that they have started, and leaves nothing behind', async () => {
    const children = join(directory, 'children');
    const outcome = await probe(`/bin/sleep 60 & echo "$! $PWD" >> ${children}; wait`, {
      timeMs: 300,
    });
    expect(outcome).to.deep.equal({ kind: 'exceeded', limit: 'it takes more than 0.3 s' });
    const lines = (await readFile(children, 'utf8')).trim().split('\n');
    expect(lines).to.have.length(2);
    for (const line of lines) {
      const [pid = '', place = ''] = line.split(' ');
      expect(await isGone(Number(pid)), pid).to.equal(true);
      expect(existsSync(place), place).to.equal(false);
    }
  });

  it('tells what they say when they fail, without the places of this machine', async () => {
    const outcome = await probe('echo "Error: $PWD/chart is bad" >&2; exit 1');
    expect(outcome).to.deep.equal({ kind: 'failed', message: 'Error: chart is bad' });
  });

  it('runs no program that is not the one that was installed', async () => {
    await probe('echo fine');
    const tool = await findTool(toolsDirectory, 'helm');
    await writeFile(tool?.path ?? '', '#!/bin/sh\necho tampered\n');
    const outcome = await createManifestPrograms({ toolsDirectory }).run(request);
    if (outcome.kind !== 'missing') throw new Error(JSON.stringify(outcome));
    expect(outcome.message).to.match(/is not the helm that was installed: it has sha256 /);
    expect(outcome.hint).to.contain('tools install --force');
  });

  it('says how to install what is not there', async () => {
    const outcome = await createManifestPrograms({ toolsDirectory }).run(request);
    expect(outcome).to.deep.equal({
      kind: 'missing',
      message: `helm ${tools.helm.version} is not installed in ${toolsDirectory}`,
      hint: 'Install the pinned programs with: codex-k8s-renderer tools install. CODEXK8S_TOOLS_DIR names another directory.',
    });
  });
});

/** Whether a process ends within a second; a zombie has ended. */
async function isGone(pid: number): Promise<boolean> {
  const deadline = performance.now() + 1_000;
  while (performance.now() < deadline) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
    if (stat === undefined || /\) [ZX] /.test(stat)) return true;
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
  }
  return false;
}
