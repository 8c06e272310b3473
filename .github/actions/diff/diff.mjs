// Runs the command line for a pull request or push and hands the result on: annotations in the log,
// Markdown in the summary of the job, one comment on the pull request, SARIF where it was asked for.
// Plain JavaScript without dependencies: it runs on the Node of the runner as it is.
import { spawn } from 'node:child_process';
import { appendFile, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { keepComment } from './comment.mjs';

const exitCodes = { fine: 0, input: 1, differences: 2 };
/** A summary may hold 1 MiB, a comment 65,536 characters; both leave room for a line of ours. */
const limits = { summary: 900_000, comment: 64_500 };
const escapes = { '%': '%25', '\r': '%0D', '\n': '%0A' };

/** @param {NodeJS.ProcessEnv} environment what the runner sets, and the inputs of the action */
export async function main(environment) {
  const inputs = readInputs(environment);
  const event = await readEvent(environment.GITHUB_EVENT_PATH);
  const place = await mkdtemp(join(environment.RUNNER_TEMP || tmpdir(), 'codex-k8s-'));
  const command = inputs.command
    ? commandOf(resolve(inputs.workspace, inputs.command))
    : await installPackage(inputs.package, place, environment);
  const args = comparison(inputs, event);
  const run = (...more) => runCommand([...command, 'diff', ...args, ...more], place, environment);

  // Annotations first: they are the log of the step, and tell how the comparison ended.
  const annotated = await run('--output', 'github', '--exit-code');
  process.stdout.write(annotated.stdout);
  if (!Object.values(exitCodes).includes(annotated.code)) {
    say('error', `codex-k8s-renderer ended with ${annotated.code}: ${annotated.stderr.trim()}`);
    return 1;
  }
  const hasErrors = annotated.code === exitCodes.input;
  const differs = hasErrors || annotated.code === exitCodes.differences;
  const summary = await run('--output', 'markdown', '--limit', String(limits.summary));
  const markdown = join(place, 'diff.md');
  await writeFile(markdown, summary.stdout);
  if (environment.GITHUB_STEP_SUMMARY)
    await appendFile(environment.GITHUB_STEP_SUMMARY, `${summary.stdout}\n`);
  const outputs = { differences: String(differs), errors: String(hasErrors), markdown };
  if (inputs.sarif) {
    outputs.sarif = resolve(inputs.workspace, inputs.sarif);
    await mkdir(dirname(outputs.sarif), { recursive: true });
    await writeFile(outputs.sarif, (await run('--output', 'sarif')).stdout);
  }
  if (environment.GITHUB_OUTPUT)
    await appendFile(
      environment.GITHUB_OUTPUT,
      Object.entries(outputs)
        .map(([name, value]) => `${name}=${value}\n`)
        .join(''),
    );
  const number = event.pull_request?.number;
  if (inputs.comment && inputs.token && Number.isInteger(number)) {
    const isShort = summary.stdout.length <= limits.comment;
    const { stdout } = isShort
      ? summary
      : await run('--output', 'markdown', '--limit', String(limits.comment));
    const link = `${environment.GITHUB_SERVER_URL}/${environment.GITHUB_REPOSITORY}/actions/runs/${environment.GITHUB_RUN_ID}`;
    try {
      await keepComment({
        api: environment.GITHUB_API_URL,
        repository: environment.GITHUB_REPOSITORY,
        token: inputs.token,
        number,
        // Several stacks of one repository keep a comment each.
        key: [inputs.mode, inputs.file, inputs.environment].join(' ').trim(),
        body: `${stdout}\n[All details](${link})\n`,
        isWorthNew: differs,
      });
    } catch (error) {
      // A fork's token may not comment; the summary of the job has everything.
      say('warning', `No comment was written: ${messageOf(error)}`);
    }
  }
  return hasErrors || (differs && inputs.failOnDifferences) ? 1 : 0;
}

function readInputs(environment) {
  const mode = environment.CODEXK8S_MODE || 'source';
  if (mode !== 'source' && mode !== 'state')
    throw new Error(`mode is "source" or "state", not ${JSON.stringify(mode)}`);
  return {
    mode,
    workspace: environment.GITHUB_WORKSPACE || process.cwd(),
    file: environment.CODEXK8S_FILE || 'services.yaml',
    environment: environment.CODEXK8S_ENVIRONMENT || '',
    base: environment.CODEXK8S_BASE || '',
    head: environment.CODEXK8S_HEAD || 'HEAD',
    package: environment.CODEXK8S_PACKAGE || '',
    command: environment.CODEXK8S_COMMAND || '',
    comment: environment.CODEXK8S_COMMENT === 'true',
    token: environment.CODEXK8S_TOKEN || '',
    sarif: environment.CODEXK8S_SARIF || '',
    failOnDifferences: environment.CODEXK8S_FAIL_ON_DIFFERENCES === 'true',
  };
}

async function readEvent(path) {
  return path ? JSON.parse(await readFile(path, 'utf8')) : {};
}

/** `--name=value`: a value that begins with a dash stays a value. */
function comparison(inputs, event) {
  const args = [
    `--root=${inputs.workspace}`,
    `--file=${resolve(inputs.workspace, inputs.file)}`,
    `--head=${inputs.head}`,
    ...(inputs.mode === 'state' ? ['--state'] : []),
    ...(inputs.environment ? [`--env=${inputs.environment}`] : []),
  ];
  if (inputs.base) return [...args, `--base=${inputs.base}`];
  const target = event.pull_request?.base?.ref;
  if (target) return [...args, `--base=origin/${target}`, '--merge-base'];
  const before = event.before && !/^0+$/.test(event.before) ? event.before : `${inputs.head}~1`;
  return [...args, `--base=${before}`];
}

/** Installs the package into a folder of its own: nothing of the checkout has a say in it. */
async function installPackage(specification, place, environment) {
  if (!/^(?:@[\w.-]+\/)?[\w.-]+@\d+\.\d+\.\d+[\w.+-]*$/.test(specification))
    throw new Error(`package is not pinned to a version: ${JSON.stringify(specification)}`);
  await writeFile(join(place, 'package.json'), '{ "private": true }\n');
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-save', '--loglevel=error'];
  const args = ['npm', 'install', ...flags, '--prefix', place, specification];
  const { code, stderr } = await runCommand(args, place, environment);
  if (code !== 0) throw new Error(`${specification} cannot be installed: ${stderr.trim()}`);
  const name = specification.replace(/(?!^)@.*$/, '');
  const folder = join(place, 'node_modules', ...name.split('/'));
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const bin =
    typeof manifest.bin === 'string' ? manifest.bin : manifest.bin?.['codex-k8s-renderer'];
  if (!bin) throw new Error(`${specification} brings no codex-k8s-renderer`);
  return commandOf(join(folder, bin));
}

function commandOf(path) {
  return /\.[cm]?[jt]s$/.test(path) ? [process.execPath, path] : [path];
}

function runCommand([program, ...args], cwd, environment) {
  // The token is for this script alone.
  const { CODEXK8S_TOKEN: _, ...env } = environment;
  const child = spawn(program, args, {
    cwd,
    env: { ...env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: [], stderr: [] };
  child.stdout.on('data', (chunk) => output.stdout.push(chunk));
  child.stderr.on('data', (chunk) => output.stderr.push(chunk));
  return new Promise((settle, reject) => {
    child.once('error', reject);
    child.once('close', (code) =>
      settle({
        code,
        stdout: Buffer.concat(output.stdout).toString('utf8'),
        stderr: Buffer.concat(output.stderr).toString('utf8'),
      }),
    );
  });
}

function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}

function say(command, message) {
  const text = message.replace(/[%\r\n]/g, (char) => escapes[char]);
  process.stdout.write(`::${command} title=codex-k8s diff::${text}\n`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    process.exitCode = await main(process.env);
  } catch (error) {
    say('error', messageOf(error));
    process.exitCode = 1;
  }
}
