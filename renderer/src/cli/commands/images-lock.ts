import type { Diagnostic, LockReport } from '@codex-k8s/schema';
import { InvalidArgumentError, type Command } from 'commander';
import type { LockableReference } from '../../image-references.ts';
import type { CliContext } from '../context.ts';
import { exitCodes } from '../exit-code.ts';
import type { CliSource } from '../source.ts';
import { withSourceOptions, type RenderOptions } from '../options.ts';

type Options = RenderOptions & {
  check?: true;
  update?: true;
  dockerConfig?: string;
  plainHttp?: string[];
  timeout: number;
};

/** `images lock`: writes images.lock, or says whether it is current. */
export function registerImages(program: Command, context: CliContext): void {
  const images = program.command('images').description('the images of a stack');
  withSourceOptions(images.command('lock'))
    .description('write images.lock: the digest that each image tag stands for')
    .option('-e, --env <name>', 'look at one environment only; the rest of the lock stays')
    .option(
      '--check',
      'write nothing; exit with 2 when the lock is not current (asks registries only with --update)',
    )
    .option('--update', 'ask for new digests of tags that are locked already')
    .option('--docker-config <file>', 'config.json with credentials (default: ask anonymously)')
    .option('--plain-http <registry...>', 'registries that speak http; localhost always may')
    .option('--timeout <seconds>', 'how long a registry may take for one answer', parseSeconds, 15)
    .addHelpText('after', examples)
    .action(async (options: Options) => context.finish(await lockImages(context, options)));
}

const examples = `
What is locked already stays as it is, what nothing uses goes. Exit codes: 69 when a registry is
not available (nothing is written then), 2 when --check finds the lock not current.

Examples:
  codex-k8s-renderer images lock
  codex-k8s-renderer images lock --update --docker-config ~/.docker/config.json
  codex-k8s-renderer images lock --check --file examples/shop/services.yaml`;

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (!(seconds > 0 && seconds <= 600)) throw new InvalidArgumentError('it is a number up to 600.');
  return seconds;
}

async function lockImages(context: CliContext, options: Options): Promise<number> {
  const { openSource } = await import('../source.ts');
  const { fail } = await import('../rendering.ts');
  const { compareLock, lockPath, printLock } = await import('../../images/index.ts');
  const { readLockFile, writeLockFile } = await import('../lock-file.ts');
  const source = await openSource(options.file, options.root);
  const used = await referencesOf(context, options, source);
  if (!used.ok) return fail(context, options, used.diagnostics);
  const path = lockPath(source.file);
  const locked = await readLockFile(source.reader, path);
  if (!locked.ok) return fail(context, options, locked.diagnostics);
  const { kept, wanted, unused } = compareLock(
    used.references.keys(),
    locked.digests,
    options.update === true,
  );
  const asks = options.check !== true || options.update === true;
  const { askRegistries, createClient } = await import('../registries.ts');
  const found = asks
    ? await askRegistries(
        context,
        await createClient(options),
        wanted.flatMap((key) => used.references.get(key) ?? []),
      )
    : new Map<string, string>();
  const result = {
    lock: path,
    missing: wanted.filter((key) => !locked.digests.has(key)),
    moved: [...found]
      .filter(([key, digest]) => (locked.digests.get(key) ?? digest) !== digest)
      .map(([key]) => key)
      .toSorted(),
    // One environment cannot tell what the others use.
    unused: options.env === undefined ? [...unused] : [],
  };
  if (options.check === true) {
    const ok = result.missing.length + result.moved.length + result.unused.length === 0;
    await sayWhetherCurrent(context, options, { ok, ...result });
    return ok ? exitCodes.fine : exitCodes.differences;
  }
  const stays = options.env === undefined ? [] : unused;
  const digests = new Map([...kept, ...found]);
  for (const key of stays) digests.set(key, locked.digests.get(key) ?? '');
  writeLockFile(options.file, printLock(digests));
  const images = Object.fromEntries([...digests].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  await sayWhatIsLocked(context, options, { ok: true, ...result, images });
  return exitCodes.fine;
}

async function sayWhetherCurrent(
  context: CliContext,
  options: Options,
  report: LockReport,
): Promise<void> {
  const { printData } = await import('../rendering.ts');
  if (options.output !== 'text') return printData(context, options.output, report);
  const { ok, lock, missing, moved, unused } = report;
  const lines = Object.entries({ missing, moved, unused }).flatMap(([what, keys]) =>
    keys.map((key) => `${what} ${key}\n`),
  );
  context.output.data(lines.join(''));
  const message = ok ? 'is current' : 'is not current: run codex-k8s-renderer images lock';
  context.output.message(`${lock} ${message}${moved.length > 0 ? ' --update' : ''}\n`);
}

async function sayWhatIsLocked(
  context: CliContext,
  options: Options,
  report: LockReport,
): Promise<void> {
  const { printData } = await import('../rendering.ts');
  if (options.output !== 'text') return printData(context, options.output, report);
  const { lock, images = {}, missing, moved, unused } = report;
  const count = Object.keys(images).length;
  context.output.message(
    `${lock}: ${count} locked, ${missing.length} new, ${moved.length} moved, ${unused.length} no longer used\n`,
  );
}

/** The tags of one or all environments by lock key. */
async function referencesOf(
  context: CliContext,
  options: Options,
  source: CliSource,
): Promise<
  | { ok: true; references: Map<string, LockableReference> }
  | { ok: false; diagnostics: readonly Diagnostic[] }
> {
  const { inputsOf } = await import('../rendering.ts');
  const { createRenderer } = await import('../../renderer.ts');
  const renderer = createRenderer();
  const described = await renderer.describe(source);
  if (!described.ok) return described;
  const references = new Map<string, LockableReference>();
  const diagnostics = new Map<string, Diagnostic>();
  const { environments } = described.stack;
  const chosen = environments.filter(({ name }) => name === (options.env ?? name));
  const names = chosen.length === 0 ? [{ name: options.env ?? '', forSlots: false }] : chosen;
  for (const { name, forSlots } of names) {
    // An environment for slots is looked at as its first slot.
    const slot = options.slot ?? (forSlots ? 1 : undefined);
    const inputs = inputsOf(
      { ...options, env: name, ...(slot === undefined ? {} : { slot }) },
      source,
      context.environment,
    );
    const result = await renderer.imageReferences(inputs);
    if (result.ok) for (const found of result.references) references.set(found.key, found);
    else for (const found of result.diagnostics) diagnostics.set(JSON.stringify(found), found);
  }
  return diagnostics.size === 0
    ? { ok: true, references }
    : { ok: false, diagnostics: [...diagnostics.values()] };
}
