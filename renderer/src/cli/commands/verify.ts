import type { StackVerification } from '@codex-k8s/schema';
import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { CliError, exitCodes } from '../exit-code.ts';
import { withOutput, withVariables, type RenderOptions } from '../options.ts';

interface VerifyOptions extends RenderOptions {
  source: string[];
  state: string;
  stack: string[];
}

/** `verify`: proves that a state commit is what its sources render to. */
export function registerVerify(program: Command, context: CliContext): void {
  const command = program
    .command('verify')
    .description('prove that a commit of a state repository is what its sources render to')
    .argument('<commit>', 'revision of the state repository')
    .option('--state <directory>', 'the state repository', '.')
    .option('--source <directory>', 'a source repository; may be repeated', collect, [])
    .option('--stack <name>', 'only this stack; may be repeated (default: all)', collect, [])
    .option('-f, --file <path>', 'the services.yaml in its repository', 'services.yaml');
  withVariables(withOutput(command, ['text', 'json', 'yaml']))
    .addHelpText('after', examples)
    .action(async (commit: string, options: VerifyOptions) =>
      context.finish(await verify(context, commit, options)),
    );
}

const examples = `
Examples:
  codex-k8s-renderer verify env/production --state ../state --source .
  codex-k8s-renderer verify HEAD --source ../shop --source ../billing --output json

Exit codes: 0 every stack is proven, 2 a stack differs, 1 a stack cannot be judged.`;

function collect(text: string, previous: readonly string[]): string[] {
  return [...previous, text];
}

async function verify(
  context: CliContext,
  commit: string,
  options: VerifyOptions,
): Promise<number> {
  if (options.source.length === 0)
    throw new CliError('say where the sources are: --source DIRECTORY');
  const { createCliRenderer, printData, variableInputs } = await import('../rendering.ts');
  const { verifyCommit } = await import('../../verify/index.ts');
  const { output } = context;
  const state = await open(options.state);
  const verification = await verifyCommit({
    state,
    commit,
    sources: await Promise.all(options.source.map(open)),
    renderer: createCliRenderer(context.environment),
    file: options.file,
    inputs: variableInputs(options, context.environment),
    stacks: options.stack,
  }).catch(rethrow);
  const { stacks, verified } = verification;
  if (options.output !== 'text') printData(context, options.output, verification);
  else {
    for (const stack of stacks) {
      output.data(describe(stack));
      output.diagnostics(stack.diagnostics);
    }
    if (stacks.length === 0) output.message(`${commit} holds no stack\n`);
  }
  if (verified) return exitCodes.fine;
  const onlyDiffer = stacks.every(({ result }) => /^(?:verified|retired|differs)$/.test(result));
  return onlyDiffer && stacks.length > 0 ? exitCodes.differences : exitCodes.input;
}

async function open(directory: string) {
  const { openRepository } = await import('../../git/index.ts');
  return openRepository(directory).catch(rethrow);
}

async function rethrow(error: unknown): Promise<never> {
  const { RepositoryError } = await import('../../git/index.ts');
  if (!(error instanceof RepositoryError)) throw error;
  const hint = error.hint === undefined ? '' : `\n${error.hint}`;
  throw new CliError(`${error.message}${hint}`, exitCodes.input, { cause: error });
}

function describe(verified: StackVerification): string {
  const { stack, result, contentHash, source, message, differences, renderedHash } = verified;
  const facts = [
    `content ${contentHash.slice(0, 12)}`,
    ...(result === 'differs' && renderedHash !== undefined
      ? [`renders to ${renderedHash.slice(0, 12)}`]
      : []),
    ...(source === undefined ? [] : [`source ${source.slice(0, 12)}`]),
    ...(message === undefined ? [] : [message]),
  ];
  const files = differences.map(({ path, change }) => `  ${change} ${stack}/${path}\n`);
  const hint =
    result === 'differs' && message === undefined
      ? '  Values of variables are not recorded: give those of the run with --var.\n'
      : '';
  return `${stack} ${result}: ${facts.join(', ')}\n${files.join('')}${hint}`;
}
