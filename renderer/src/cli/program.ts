import { Command } from 'commander';
import { rendererVersion } from '../version.ts';
import { registerInit } from './commands/init.ts';
import { registerMigrate } from './commands/migrate.ts';
import { registerDiff } from './commands/diff.ts';
import { registerExplain } from './commands/explain.ts';
import { registerImages } from './commands/images-lock.ts';
import { registerSchema } from './commands/schema.ts';
import { registerPromptContext } from './commands/prompt-context.ts';
import { registerGraph } from './commands/graph.ts';
import { registerCompletion } from './commands/completion.ts';
import { registerPlan } from './commands/plan.ts';
import { registerRender } from './commands/render.ts';
import { registerTools } from './commands/tools.ts';
import { registerValidate } from './commands/validate.ts';
import { registerVerify } from './commands/verify.ts';
import { readEnvironment } from './config.ts';
import { createOutput, type OutputStream } from './console.ts';
import type { CliContext } from './context.ts';
import { exitCodeMeanings, exitCodes } from './exit-code.ts';
import { reportFailure } from './report-failure.ts';

/**
 * Runs the command line.
 *
 * @param args without the program itself
 * @returns the exit code: 0 fine, 1 errors in the input, 2 differences (where asked for), 64 usage,
 * 69 something remote is unavailable, 70 a fault of ours
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
  try {
    await program.parseAsync(args, { from: 'user' });
    await output.settled();
    return exitCode;
  } catch (error) {
    return reportFailure(output, error, program.opts()['debug'] === true);
  }
}

/** The command tree. Each command is a file in `commands/`; here they are only listed. */
export function createProgram(context: CliContext): Command {
  const { output } = context;
  const program = new Command('codex-k8s-renderer')
    .description('Renders a services.yaml to plain Kubernetes manifests and an execution plan.')
    .version(rendererVersion)
    .option('--debug', 'show where an error came from')
    // Before the commands: they take these over.
    .configureOutput({ writeOut: output.data, writeErr: output.message })
    .exitOverride()
    .showHelpAfterError('(add --help for what is possible)')
    .addHelpText('after', programExamples);
  registerInit(program, context);
  registerRender(program, context);
  registerValidate(program, context);
  registerDiff(program, context);
  registerPlan(program, context);
  registerExplain(program, context);
  registerVerify(program, context);
  registerMigrate(program, context);
  registerImages(program, context);
  registerTools(program, context);
  registerSchema(program, context);
  registerPromptContext(program, context);
  registerGraph(program, context);
  registerCompletion(program, context);
  return program;
}

const programExamples = `
Examples:
  codex-k8s-renderer validate --file services.yaml
  codex-k8s-renderer render --file services.yaml --env production --out rendered
  codex-k8s-renderer plan --env ai --slot 3

Exit codes: ${exitCodeMeanings.map(([code, meaning]) => `${code} ${meaning}`).join(', ')}.`;
