import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { exitCodes } from '../exit-code.ts';
import { requireOption, withSourceOptions, type RenderOptions } from '../options.ts';

/** `prompt-context`: prints what an agent should know about one environment. */
export function registerPromptContext(program: Command, context: CliContext): void {
  const command = withSourceOptions(program.command('prompt-context'), ['json', 'yaml']);
  requireOption(command, '-e, --env <name>', 'environment to tell about')
    .description('print what an agent should know: services, strategies, endpoints, hints')
    .addHelpText('after', examples)
    .action(async (options: RenderOptions) =>
      context.finish(await printPromptContext(context, options)),
    );
}

const examples = `
Examples:
  codex-k8s-renderer prompt-context --env dev
  codex-k8s-renderer prompt-context --env ai --slot 3 --output yaml`;

async function printPromptContext(context: CliContext, options: RenderOptions): Promise<number> {
  const { createCliRenderer, fail, inputsOf, printData } = await import('../rendering.ts');
  const { openSource } = await import('../source.ts');
  const source = await openSource(options.file, options.root);
  const renderer = createCliRenderer(context.environment);
  const result = await renderer.promptContext(inputsOf(options, source, context.environment));
  if (!result.ok) return fail(context, options, result.diagnostics);
  context.output.diagnostics(result.diagnostics);
  printData(context, options.output === 'yaml' ? 'yaml' : 'json', result.context);
  return exitCodes.fine;
}
