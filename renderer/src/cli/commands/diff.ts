import { InvalidArgumentError, type Command } from 'commander';
import type { ReportFormat } from '../../output/index.ts';
import type { CliContext } from '../context.ts';
import { CliError, exitCodes } from '../exit-code.ts';
import { reportFormats, withSourceOptions, type RenderOptions } from '../options.ts';

interface DiffOptions extends Omit<RenderOptions, 'output'> {
  base?: string;
  head?: string;
  against?: string;
  mergeBase?: true;
  state?: true;
  exitCode?: true;
  limit?: number;
  output: ReportFormat;
}

/** `diff`: says how the rendered objects of two revisions differ. */
export function registerDiff(program: Command, context: CliContext): void {
  withSourceOptions(program.command('diff'), reportFormats)
    .description('say how rendered objects differ between two revisions, or from a directory')
    .option('-e, --env <name>', 'environment to compare (default: every one)')
    .option('--base <revision>', 'what to compare with (default: HEAD)')
    .option('--head <revision>', 'what to look at (default: the working tree)')
    .option('--merge-base', 'compare with the commit where the two histories parted')
    .option('--against <directory>', 'compare with a rendered directory or a state repository')
    .option('--state', 'the sides are revisions of a state repository: nothing is rendered')
    .option('--exit-code', `end with ${exitCodes.differences} when there are differences`)
    .option('--limit <characters>', 'most characters of --output markdown', parseLimit)
    .addHelpText('after', examples)
    .action(async (options: DiffOptions) => context.finish(await diff(context, options)));
}

const examples = `
Examples:
  codex-k8s-renderer diff
  codex-k8s-renderer diff --base origin/main --head HEAD --exit-code
  codex-k8s-renderer diff --base main --merge-base --env production --output markdown
  codex-k8s-renderer diff --against ../state --env production
  codex-k8s-renderer diff --state --base origin/env/production --head HEAD`;

async function diff(context: CliContext, options: DiffOptions): Promise<number> {
  const { compare } = await import('../compare.ts');
  const { locateSource } = await import('../locate-source.ts');
  const { createCliRenderer, variableInputs } = await import('../rendering.ts');
  const { formatDiff, formatValidation } = await import('../../output/index.ts');
  refuseContradictions(options);
  const { base, head, against, env, slot, output: format } = options;
  const source = await locateSource(options.file, options.root);
  const result = await compare({
    source,
    ...(base === undefined ? {} : { base }),
    ...(head === undefined ? {} : { head }),
    ...(against === undefined ? {} : { against }),
    mergeBase: options.mergeBase === true,
    state: options.state === true,
    ...(env === undefined ? {} : { environment: env }),
    ...(slot === undefined ? {} : { slot }),
    inputs: variableInputs({ ...options, output: 'text' }, context.environment),
    renderer: createCliRenderer(context.environment),
  });
  const { output } = context;
  const { prefix } = source;
  const report = { format, colour: output.colours.data, file: prefix + source.file, prefix };
  if (!result.ok) {
    const { diagnostics } = result;
    if (format === 'text') output.diagnostics(diagnostics);
    else output.data(await formatValidation({ ok: false, environments: [], diagnostics }, report));
    return exitCodes.input;
  }
  const { diff: difference } = result;
  const isBroken = difference.head.diagnostics.some(({ severity }) => severity === 'error');
  if (format === 'text') {
    const errors = difference.base.diagnostics.filter(({ severity }) => severity === 'error');
    if (errors.length > 0) {
      output.message(`the base (${difference.base.name}) does not render:\n`);
      output.diagnostics(errors);
    }
    output.diagnostics(difference.head.diagnostics);
  }
  const limit = options.limit === undefined ? {} : { limit: options.limit };
  output.data(await formatDiff(difference, { ...report, ...limit, whole: commandOf(options) }));
  if (isBroken) return exitCodes.input;
  return options.exitCode === true && difference.different ? exitCodes.differences : exitCodes.fine;
}

function refuseContradictions(options: DiffOptions): void {
  if (options.against !== undefined && options.base !== undefined)
    throw new CliError('--against and --base both name the base: give one of them');
  if (options.against !== undefined && options.mergeBase === true)
    throw new CliError('a directory has no history: --merge-base does not go with --against');
  if (options.state === true && options.env !== undefined)
    throw new CliError(
      'a branch of a state repository is one environment: --env does not go with --state',
    );
}

/** The same comparison without a limit, for who wants to see all of it. */
function commandOf(options: DiffOptions): string {
  const given = [
    ['--file', options.file === 'services.yaml' ? undefined : options.file],
    ['--against', options.against],
    ['--base', options.base],
    ['--head', options.head],
    ['--env', options.env],
  ].flatMap(([name, value]) => (value === undefined ? [] : [name, value]));
  const flags = [options.mergeBase && '--merge-base', options.state && '--state'];
  return ['codex-k8s-renderer diff', ...given, ...flags.filter(Boolean)].join(' ');
}

function parseLimit(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 2_000 || number > 1_000_000)
    throw new InvalidArgumentError('a limit is a number from 2000 to 1000000.');
  return number;
}
