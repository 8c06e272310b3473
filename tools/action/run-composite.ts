import { spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';

/** One composite action, as far as ours go: inputs, and steps of bash with an environment. */
interface CompositeAction {
  inputs: Record<string, { default?: string }>;
  outputs: Record<string, { value: string }>;
  runs: {
    steps: { id?: string; shell: string; run: string; env?: Record<string, string> }[];
  };
}

export interface RunnerOptions {
  /** Directory of the action. */
  action: string;
  inputs: Readonly<Record<string, string>>;
  /** The repository that was checked out. */
  workspace: string;
  /** Directory for what the runner itself writes. */
  temporary: string;
  event: object;
  apiUrl: string;
  token: string;
  /** On top of what every runner sets. */
  environment?: Readonly<Record<string, string>>;
}

export interface ActionRun {
  code: number;
  /** Everything that was printed. */
  log: string;
  outputs: Record<string, string>;
  summary: string;
}

/**
 * Runs a composite action as GitHub's runner does: values reach its steps by the environment, results
 * leave by files. Source: "Metadata syntax for GitHub Actions", "Workflow commands".
 */
export async function runComposite(options: RunnerOptions): Promise<ActionRun> {
  const { action, workspace, temporary, event } = options;
  const path = join(action, 'action.yml');
  const { inputs, outputs, runs } = parse(await readFile(path, 'utf8')) as CompositeAction;
  for (const name of Object.keys(options.inputs))
    if (!(name in inputs)) throw new Error(`${path} has no input ${name}`);
  await mkdir(temporary, { recursive: true });
  const files = { event: 'event.json', output: 'output', summary: 'summary.md' };
  const file = (name: keyof typeof files) => join(temporary, files[name]);
  await writeFile(file('event'), JSON.stringify(event));
  await writeFile(file('output'), '');
  await writeFile(file('summary'), '');
  const known = new Map<string, string>([['github.token', options.token]]);
  for (const [name, { default: standard = '' }] of Object.entries(inputs))
    known.set(`inputs.${name}`, options.inputs[name] ?? evaluate(standard, known));
  let log = '';
  let code = 0;
  for (const { id, run, env = {} } of runs.steps) {
    const environment = Object.fromEntries(
      Object.entries(env).map(([name, value]) => [name, evaluate(value, known)]),
    );
    const ended = await runStep(run, workspace, {
      PATH: process.env['PATH'] ?? '',
      HOME: temporary,
      CI: 'true',
      GITHUB_ACTIONS: 'true',
      GITHUB_ACTION_PATH: action,
      GITHUB_API_URL: options.apiUrl,
      GITHUB_SERVER_URL: 'https://github.example',
      GITHUB_REPOSITORY: 'acme/shop',
      GITHUB_RUN_ID: '4711',
      GITHUB_WORKSPACE: workspace,
      GITHUB_EVENT_PATH: file('event'),
      GITHUB_OUTPUT: file('output'),
      GITHUB_STEP_SUMMARY: file('summary'),
      RUNNER_TEMP: temporary,
      ...options.environment,
      ...environment,
    });
    log += ended.log;
    code = ended.code;
    for (const line of (await readFile(file('output'), 'utf8')).split('\n').filter(Boolean)) {
      const equals = line.indexOf('=');
      known.set(`steps.${id}.outputs.${line.slice(0, equals)}`, line.slice(equals + 1));
    }
    if (code !== 0) break;
  }
  const values = Object.entries(outputs).map(([name, { value }]) => [name, evaluate(value, known)]);
  const summary = await readFile(file('summary'), 'utf8');
  return { code, log, outputs: Object.fromEntries(values), summary };
}

/** References alone: that is all our action uses. */
function evaluate(text: string, known: ReadonlyMap<string, string>): string {
  return text.replace(/\$\{\{\s*([\w.-]+)\s*\}\}/g, (_, name: string) => known.get(name) ?? '');
}

function runStep(
  script: string,
  cwd: string,
  env: Record<string, string>,
): Promise<{ code: number; log: string }> {
  const child = spawn('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  child.stdout.on('data', (chunk: Buffer) => (log += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? 1, log }));
  });
}
