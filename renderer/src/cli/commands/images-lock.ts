import type { Diagnostic } from '@codex-k8s/schema';
import { InvalidArgumentError, type Command } from 'commander';
import type { LockableReference } from '../../image-references.ts';
import type { CliContext } from '../context.ts';
import { exitCodes } from '../exit-code.ts';
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
    .option('--check', 'write nothing, ask no registry; exit with 2 when the lock is not current')
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
  const { fail, printData } = await import('../rendering.ts');
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
    options.update === true && options.check !== true,
  );
  // One environment cannot tell what the others use.
  const leaving = options.env === undefined ? unused : [];
  if (options.check === true) {
    const current = wanted.length === 0 && leaving.length === 0;
    if (options.output !== 'text')
      printData(context, options.output, {
        ok: current,
        lock: path,
        missing: wanted,
        unused: leaving,
      });
    else {
      const lines = [
        ...wanted.map((key) => `missing ${key}\n`),
        ...leaving.map((key) => `unused ${key}\n`),
      ];
      context.output.data(lines.join(''));
      const message = current ? 'is current' : 'is not current: run codex-k8s-renderer images lock';
      context.output.message(`${path} ${message}\n`);
    }
    return current ? exitCodes.fine : exitCodes.differences;
  }
  const { askRegistries, createClient } = await import('../registries.ts');
  const asked = wanted.flatMap((key) => used.references.get(key) ?? []);
  const found = await askRegistries(context, await createClient(options), asked);
  const digests = new Map([...kept, ...found]);
  for (const key of unused)
    if (!leaving.includes(key)) digests.set(key, locked.digests.get(key) ?? '');
  const added = [...found].filter(([key]) => !locked.digests.has(key)).length;
  const moved = [...found].filter(
    ([key, digest]) => (locked.digests.get(key) ?? digest) !== digest,
  );
  writeLockFile(options.file, printLock(digests));
  if (options.output !== 'text') {
    const images = Object.fromEntries([...digests].toSorted(([a], [b]) => (a < b ? -1 : 1)));
    const keys = moved.map(([key]) => key);
    printData(context, options.output, {
      ok: true,
      lock: path,
      images,
      moved: keys,
      unused: leaving,
    });
  } else
    context.output.message(
      `${path}: ${digests.size} locked, ${added} new, ${moved.length} moved, ${leaving.length} no longer used\n`,
    );
  return exitCodes.fine;
}

type Source = Awaited<ReturnType<typeof import('../source.ts').openSource>>;

/** The tags of one or all environments by lock key. */
async function referencesOf(
  context: CliContext,
  options: Options,
  source: Source,
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
