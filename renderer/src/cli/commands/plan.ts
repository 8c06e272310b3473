import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { exitCodes } from '../exit-code.ts';
import { withSourceOptions, type RenderOptions } from '../options.ts';

/** `plan`: prints the execution plan of one environment. */
export function registerPlan(program: Command, context: CliContext): void {
  withSourceOptions(program.command('plan'))
    .description('print the execution plan of one environment')
    .requiredOption('-e, --env <name>', 'environment to plan')
    .addHelpText('after', examples)
    .action(async (options: RenderOptions) => context.finish(await printPlan(context, options)));
}

const examples = `
Examples:
  codex-k8s-renderer plan --env dev
  codex-k8s-renderer plan --env production --output json`;

async function printPlan(context: CliContext, options: RenderOptions): Promise<number> {
  const { fail, printJson, renderOne } = await import('../rendering.ts');
  const { describePlan } = await import('../describe-plan.ts');
  const result = await renderOne(options, context.environment);
  if (!result.ok) return fail(context, options, result.diagnostics);
  const { plan, diagnostics } = result.rendered;
  context.output.diagnostics(diagnostics);
  if (options.output === 'json') printJson(context, plan);
  else context.output.data(describePlan(plan));
  return exitCodes.fine;
}
