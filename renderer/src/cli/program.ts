import { Command, CommanderError } from 'commander';
import { rendererVersion } from '../version.ts';
import { registerPlan } from './commands/plan.ts';
import { registerRender } from './commands/render.ts';
import { registerValidate } from './commands/validate.ts';
import { readEnvironment } from './config.ts';
import { createOutput, type OutputStream } from './console.ts';
import type { CliContext } from './context.ts';
import { CliError, exitCodes } from './exit-code.ts';

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
  const program = createProgram({
    output,
    environment,
    finish: (code) => {
      exitCode = code;
    },
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

/** The command tree. Each command is a file in `commands/`; here they are only listed. */
export function createProgram(context: CliContext): Command {
  const program = new Command('codex-k8s-renderer')
    .description('Renders a services.yaml to plain Kubernetes manifests and an execution plan.')
    .version(rendererVersion)
    .exitOverride()
    .showHelpAfterError('(add --help for what is possible)')
    .addHelpText('after', programExamples);
  registerRender(program, context);
  registerValidate(program, context);
  registerPlan(program, context);
  return program;
}

const programExamples = `
Examples:
  codex-k8s-renderer validate --file services.yaml
  codex-k8s-renderer render --file services.yaml --env production --out rendered
  codex-k8s-renderer plan --env ai --slot 3

Exit codes: 0 fine, 1 errors in the input, 64 wrong command line, 70 a fault of the renderer.`;
