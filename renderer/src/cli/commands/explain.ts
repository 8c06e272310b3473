import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { CliError, exitCodes } from '../exit-code.ts';
import { withSourceOptions, type RenderOptions } from '../options.ts';

/** `explain`: tells where the value of one field of a rendered object comes from. */
export function registerExplain(program: Command, context: CliContext): void {
  withSourceOptions(program.command('explain'), ['text', 'json', 'yaml'])
    .description('tell where the value of a field of a rendered object comes from')
    .argument('<env>', 'environment to look at')
    .argument('<object>', 'object, as kind/name')
    .argument('<field>', 'path of the field; items of lists by name or number')
    .addHelpText('after', examples)
    .action(async (env: string, object: string, field: string, options: RenderOptions) =>
      context.finish(await explain(context, { ...options, env }, { object, field })),
    );
}

const examples = `
Examples:
  codex-k8s-renderer explain production Deployment/web spec.replicas
  codex-k8s-renderer explain dev deploy/web 'spec.template.spec.containers[web].image'
  codex-k8s-renderer explain ai svc/web 'metadata.labels["codex-k8s.dev/environment"]' --slot 3 --output json`;

async function explain(
  context: CliContext,
  options: RenderOptions,
  question: { object: string; field: string },
): Promise<number> {
  const { createCliRenderer, fail, inputsOf, printData } = await import('../rendering.ts');
  const { openSource } = await import('../source.ts');
  const source = await openSource(options.file, options.root);
  const renderer = createCliRenderer(context.environment);
  const inputs = inputsOf(options, source, context.environment);
  const { var: written, varsFromEnv = '' } = options;
  const giver = (variable: string): string =>
    Object.hasOwn(written, variable) ? `--var ${variable}` : `variable ${varsFromEnv}${variable}`;
  const result = await renderer.explain(inputs, { ...question, giver });
  if (result.ok) {
    const { explanation } = result;
    if (options.output !== 'text') printData(context, options.output, explanation);
    else {
      const { describeExplanation } = await import('../describe-explanation.ts');
      context.output.data(describeExplanation(explanation, context.output.colours.data));
    }
    return exitCodes.fine;
  }
  if (result.message === undefined) return fail(context, options, result.diagnostics);
  const hint = result.hint === undefined ? '' : `\n  ${result.hint}`;
  throw new CliError(`${result.message}${hint}`, exitCodes.input);
}
