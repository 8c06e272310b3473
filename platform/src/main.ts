import { setPriority } from 'node:os';
import { Command } from 'commander';
import { CodexError, errorData } from '@codex-k8s/controller';
import { describeConfig, readConfig } from './config.ts';
import { migrate, startProgram } from './program/index.ts';
import { settings } from './settings.ts';
import type { SettingName } from './settings.ts';

const program = new Command('codex-k8s')
  .description('The codex-k8s platform: one program with roles.')
  .showHelpAfterError('(codex-k8s --help shows examples)');

const serve = program
  .command('serve')
  .description('runs one role until it is told to stop (SIGINT, SIGTERM)');
for (const [name, setting] of Object.entries(settings))
  serve.option(`--${kebab(name)} <value>`, `${setting.about} [${setting.variable}]`);
serve
  .addHelpText(
    'after',
    `
Examples:
  $ npm run codex-k8s -- serve                              one process, embedded database
  $ CODEXK8S_DATABASE_URL=postgres://… npm run codex-k8s -- serve --role api
  $ CODEXK8S_DATABASE_URL=postgres://… npm run codex-k8s -- serve --role apply --kubeconfig FILE --kube-context NAME`,
  )
  .action(run);

program
  .command('config')
  .description('prints the configuration as it is read, secrets masked')
  .action(() => {
    process.stdout.write(`${JSON.stringify(describeConfig(readConfig()), undefined, 2)}\n`);
  });

program
  .command('migrate')
  .description(
    'brings the database to the schema of this version and ends; every role does so when it starts',
  )
  .option(
    `--${kebab('databaseUrl')} <value>`,
    `${settings.databaseUrl.about} [${settings.databaseUrl.variable}]`,
  )
  .addHelpText(
    'after',
    `
Examples:
  $ CODEXK8S_DATABASE_URL=postgres://… npm run codex-k8s -- migrate`,
  )
  .action(async (options: Partial<Record<SettingName, string>>) => {
    log('migrated', { migrations: await migrate(readConfig(options)) });
  });

try {
  await program.parseAsync();
} catch (error) {
  fail(error);
}

async function run(options: Partial<Record<SettingName, string>>): Promise<void> {
  const config = readConfig(options);
  if (config.role === 'controller' || config.role === 'apply') yieldToAnswers();
  log('starting', describeConfig(config));
  const running = await startProgram(config, { onError: (error) => log('error', { error }) });
  log('ready', {
    role: config.role,
    public: running.api?.publicUrl,
    private: running.privateUrl,
    open: running.api?.mintLink(),
  });
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  log('stopping', {});
  await running.stop();
}

// On a machine they share, work that nobody waits for second by second stands back behind the ingress.
function yieldToAnswers(): void {
  try {
    setPriority(5);
  } catch {
    // A system without priorities.
  }
}

/** One JSON line an event, on stdout, as log collectors expect. */
function log(event: string, fields: Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), event, ...fields })}\n`);
}

function fail(error: unknown): never {
  const data = errorData(error);
  process.stderr.write(
    `${data.code} ${data.message}\n${data.hint === undefined ? '' : `  → ${data.hint}\n`}`,
  );
  if (!(error instanceof CodexError) && error instanceof Error && error.stack !== undefined)
    process.stderr.write(`${error.stack}\n`);
  process.exit(1);
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
