import { Command, CommanderError } from 'commander';
import { rendererVersion } from '../version.ts';
import { planCommand, renderCommand, validateCommand, type CliContext } from './commands.ts';
import { readEnvironment } from './config.ts';
import { createOutput, type OutputStream } from './console.ts';
import { CliError, exitCodes } from './exit-code.ts';
import { withSourceOptions, type RenderOptions } from './options.ts';

/**
 * Runs the command line.
 *
 * @param args without the program itself
 * @returns the exit code: 0 fine, 1 errors in the input, 64 usage, 70 a fault of ours
 */
export async function runProgram(
  args: readonly string[],
  streams: { stdout: OutputStream; stderr: OutputStream },
): Promise<number> {
  const environment = readEnvironment();
  const output = createOutput(streams.stdout, streams.stderr, environment.colour);
  let exitCode: number = exitCodes.fine;
  const program = createProgram({ output, environment }, (code) => {
    exitCode = code;
  });
  program.configureOutput({
    writeOut: (text) => output.data(text),
    writeErr: (text) => output.message(text),
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError)
      return error.exitCode === 0 ? exitCodes.fine : exitCodes.usage;
    if (error instanceof CliError) {
      output.message(`error: ${error.message}\n`);
      return error.exitCode;
    }
    const details = error instanceof Error ? (error.stack ?? error.message) : String(error);
    output.message(`This is a fault of the renderer, please report it.\n${details}\n`);
    return exitCodes.software;
  }
}

function createProgram(context: CliContext, finish: (exitCode: number) => void): Command {
  const program = new Command('codex-k8s-renderer')
    .description('Renders a services.yaml to plain Kubernetes manifests and an execution plan.')
    .version(rendererVersion)
    .exitOverride()
    .showHelpAfterError('(add --help for what is possible)')
    .addHelpText('after', programExamples);
  withSourceOptions(program.command('render'))
    .description('write the stack directory of one environment')
    .requiredOption('-e, --env <name>', 'environment to render')
    .requiredOption(
      '--out <directory>',
      'directory to write; what an earlier render left there goes',
    )
    .addHelpText('after', renderExamples)
    .action(async (options: RenderOptions & { out: string }) =>
      finish(await renderCommand(context, options)),
    );
  withSourceOptions(program.command('validate'))
    .description('say everything that is wrong, in one environment or all')
    .option('-e, --env <name>', 'environment to look at (default: every one)')
    .addHelpText('after', validateExamples)
    .action(async (options: RenderOptions) => finish(await validateCommand(context, options)));
  withSourceOptions(program.command('plan'))
    .description('print the execution plan of one environment')
    .requiredOption('-e, --env <name>', 'environment to plan')
    .addHelpText('after', planExamples)
    .action(async (options: RenderOptions) => finish(await planCommand(context, options)));
  return program;
}

const programExamples = `
Examples:
  codex-k8s-renderer validate --file services.yaml
  codex-k8s-renderer render --file services.yaml --env production --out rendered
  codex-k8s-renderer plan --env ai --slot 3

Exit codes: 0 fine, 1 errors in the input, 64 wrong command line, 70 a fault of the renderer.`;

const renderExamples = `
Examples:
  codex-k8s-renderer render --env dev --out rendered
  codex-k8s-renderer render --file examples/shop/services.yaml --env production --var replicas=5 --out rendered
  codex-k8s-renderer render --env ai --slot 3 --vars-from-env SHOP_ --out rendered --output json`;

const validateExamples = `
Examples:
  codex-k8s-renderer validate
  codex-k8s-renderer validate --file examples/shop/services.yaml --env production
  codex-k8s-renderer validate --output json`;

const planExamples = `
Examples:
  codex-k8s-renderer plan --env dev
  codex-k8s-renderer plan --env production --output json`;
