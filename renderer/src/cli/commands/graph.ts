import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { exitCodes } from '../exit-code.ts';
import { requireOption, withSourceOptions, type RenderOptions } from '../options.ts';

interface GraphOptions extends Omit<RenderOptions, 'output'> {
  output: 'mermaid' | 'dot';
}

/** `graph`: draws the units of one environment, their phases and dependencies. */
export function registerGraph(program: Command, context: CliContext): void {
  const command = withSourceOptions(program.command('graph'), ['mermaid', 'dot']);
  requireOption(command, '-e, --env <name>', 'environment to draw')
    .description('draw units, phases and dependencies of one environment')
    .addHelpText('after', examples)
    .action(async (options: GraphOptions) => context.finish(await printGraph(context, options)));
}

const examples = `
Examples:
  codex-k8s-renderer graph --env production
  codex-k8s-renderer graph --env production --output dot | dot -Tsvg > graph.svg`;

async function printGraph(context: CliContext, options: GraphOptions): Promise<number> {
  const { fail, renderOne } = await import('../rendering.ts');
  const { drawDot, drawMermaid } = await import('../../graph/index.ts');
  const result = await renderOne({ ...options, output: 'text' }, context.environment);
  if (!result.ok) return fail(context, { output: 'text' }, result.diagnostics);
  const { plan, diagnostics } = result.rendered;
  context.output.diagnostics(diagnostics);
  context.output.data(options.output === 'dot' ? drawDot(plan) : drawMermaid(plan));
  return exitCodes.fine;
}
