import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { exitCodes } from '../exit-code.ts';
import { requireOption, withSourceOptions, type RenderOptions } from '../options.ts';

/** `plan`: prints the execution plan of one environment. */
export function registerPlan(program: Command, context: CliContext): void {
  const command = withSourceOptions(program.command('plan'), ['text', 'json', 'yaml']);
  requireOption(command, '-e, --env <name>', 'environment to plan')
    .description('print the execution plan of one environment, in deploy order')
    .addHelpText('after', examples)
    .action(async (options: RenderOptions) => context.finish(await printPlan(context, options)));
}

const examples = `
Examples:
  codex-k8s-renderer plan --env dev
  codex-k8s-renderer plan --env ai --slot 3
  codex-k8s-renderer plan --env production --output json | jq .units`;

async function printPlan(context: CliContext, options: RenderOptions): Promise<number> {
  const { fail, printData, renderOne } = await import('../rendering.ts');
  const { describePlan } = await import('../describe-plan.ts');
  const result = await renderOne(options, context.environment);
  if (!result.ok) return fail(context, options, result.diagnostics);
  const { plan, diagnostics } = result.rendered;
  context.output.diagnostics(diagnostics);
  if (options.output === 'text') context.output.data(describePlan(plan));
  else printData(context, options.output, plan);
  return exitCodes.fine;
}
