import type { Diagnostic } from '@codex-k8s/schema';
import type { Command } from 'commander';
import type { Migration } from '../../migrate/index.ts';
import type { SourceReader } from '../../source-reader.ts';
import type { CliContext } from '../context.ts';
import { exitCodes } from '../exit-code.ts';
import { withOutput } from '../options.ts';

interface MigrateOptions {
  file: string;
  out?: string;
  force?: boolean;
  output: 'text' | 'json' | 'markdown';
}

/** `migrate`: an old services.yaml in the contract of today, and a report of what needs a person. */
export function registerMigrate(program: Command, context: CliContext): void {
  withOutput(program.command('migrate'), ['text', 'json', 'markdown'])
    .description('rewrite an old services.yaml, and its manifests, for the contract of today')
    .option('-f, --file <path>', 'the old services.yaml', 'services.yaml')
    .option('--out <directory>', 'where to write the new files (default: print services.yaml)')
    .option('--force', 'overwrite files that exist')
    .addHelpText('after', examples)
    .action(async (options: MigrateOptions) => context.finish(await migrate(context, options)));
}

const examples = `
The report says, for each thing that could not be taken over, where it stood, why, and what to do.
It is printed beside the result: on the stream of messages, or with --output json and markdown as
the result itself. Exit code 1: the new stack does not render yet; what is wrong is in the report.

Examples:
  codex-k8s-renderer migrate --file services.yaml
  codex-k8s-renderer migrate --file services.yaml --out . --force
  codex-k8s-renderer migrate --file old/services.yaml --out old --force --output markdown > report.md`;

async function migrate(context: CliContext, options: MigrateOptions): Promise<number> {
  const { describeMigration, manifestPaths, migrateStack, overlayReader } =
    await import('../../migrate/index.ts');
  const { openSource } = await import('../source.ts');
  const { dirname } = await import('node:path');
  const { reader, file } = await openSource(options.file, dirname(options.file));
  const text = await textOf(reader, file);
  const texts = new Map<string, string>();
  for (const path of manifestPaths(text)) {
    const found = await reader.read(path);
    if (found !== undefined) texts.set(path, decode(found.bytes));
  }
  const migration = migrateStack({ file, text, texts });
  const { out } = options;
  if (out !== undefined && migration.files.size > 0) {
    const { writeNewFiles } = await import('../write-new-files.ts');
    await writeNewFiles(out, migration.files, options.force === true);
  }
  const findings =
    migration.files.size === 0 ? [] : await check(overlayReader(reader, migration.files));
  const done = migration.layout === 'current' || migration.files.size > 0;
  const ok = done && findings.every(({ severity }) => severity !== 'error');
  if (options.output === 'json') printJson(context, migration, findings, ok);
  else {
    const report = describeMigration(migration, options.output);
    if (options.output === 'markdown') context.output.data(report);
    else {
      if (out === undefined) context.output.data(migration.files.get('services.yaml') ?? '');
      context.output.message(report);
    }
    context.output.diagnostics(findings);
    if (out !== undefined && migration.files.size > 0)
      context.output.message(`wrote ${[...migration.files.keys()].join(', ')} in ${out}\n`);
  }
  return ok ? exitCodes.fine : exitCodes.input;
}

function printJson(
  context: CliContext,
  { layout, files, notes }: Migration,
  findings: readonly Diagnostic[],
  ok: boolean,
): void {
  const report = { ok, layout, files: Object.fromEntries(files), notes, diagnostics: findings };
  context.output.data(`${JSON.stringify(report, undefined, 2)}\n`);
}

/** What the renderer says about the new stack, in every environment. */
async function check(reader: SourceReader): Promise<Diagnostic[]> {
  const { createRenderer } = await import('../../renderer.ts');
  const renderer = createRenderer();
  const source = { reader, file: 'services.yaml' };
  const described = await renderer.describe(source);
  if (!described.ok) return described.diagnostics;
  const found = new Map<string, Diagnostic>();
  for (const { name, forSlots } of described.stack.environments) {
    const slot = forSlots ? { slot: 1 } : {};
    const result = await renderer.render({ ...source, environment: name, ...slot });
    for (const diagnostic of result.ok ? result.rendered.diagnostics : result.diagnostics)
      found.set(JSON.stringify(diagnostic), diagnostic);
  }
  return [...found.values()];
}

async function textOf(reader: SourceReader, file: string): Promise<string> {
  const found = await reader.read(file);
  return found === undefined ? '' : decode(found.bytes);
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
