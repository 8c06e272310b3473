import type { Diagnostic } from '@codex-k8s/schema';
import type { Command } from 'commander';
import type { ReportFormat } from '../../output/index.ts';
import type { Renderer } from '../../renderer.ts';
import type { CliContext } from '../context.ts';
import { exitCodes } from '../exit-code.ts';
import { reportFormats, withSourceOptions, type RenderOptions } from '../options.ts';
import type { CliSource } from '../source.ts';

/** `validate`: renders one or every environment and says what is wrong. */
export function registerValidate(program: Command, context: CliContext): void {
  withSourceOptions(program.command('validate'), reportFormats)
    .description('say everything that is wrong, in one environment or all')
    .option('-e, --env <name>', 'environment to look at (default: every one)')
    .addHelpText('after', examples)
    .action(async (options: ValidateOptions) => context.finish(await validate(context, options)));
}

type ValidateOptions = Omit<RenderOptions, 'output'> & { output: ReportFormat };

const examples = `
Examples:
  codex-k8s-renderer validate
  codex-k8s-renderer validate --file examples/shop/services.yaml --env production
  codex-k8s-renderer validate --output json
  codex-k8s-renderer validate --output sarif > codex-k8s.sarif`;

async function validate(context: CliContext, options: ValidateOptions): Promise<number> {
  const { createCliRenderer, inputsOf } = await import('../rendering.ts');
  const { openSource } = await import('../source.ts');
  const source = await openSource(options.file, options.root);
  const renderer = createCliRenderer(context.environment);
  const found = new Map<string, Diagnostic>();
  const environments = await environmentsOf(renderer, source, options);
  for (const diagnostic of environments.diagnostics)
    found.set(JSON.stringify(diagnostic), diagnostic);
  for (const { name, slot } of environments.targets) {
    const inputs = inputsOf(
      { ...options, output: 'text', env: name, ...(slot === undefined ? {} : { slot }) },
      source,
      context.environment,
    );
    const result = await renderer.render(inputs);
    for (const diagnostic of result.ok ? result.rendered.diagnostics : result.diagnostics)
      found.set(JSON.stringify(diagnostic), diagnostic);
  }
  const diagnostics = [...found.values()];
  const ok = diagnostics.every(({ severity }) => severity !== 'error');
  const names = environments.targets.map(({ name }) => name);
  const { formatValidation } = await import('../../output/index.ts');
  const { locateSource } = await import('../locate-source.ts');
  const { file, prefix } = await locateSource(options.file, options.root);
  const report = { ok, environments: names, diagnostics };
  const { colours } = context.output;
  context.output.data(
    await formatValidation(report, {
      format: options.output,
      colour: colours.data,
      file: prefix + file,
      prefix,
    }),
  );
  if (ok && options.output === 'text')
    context.output.message(`${source.file} is valid for ${names.join(', ')}\n`);
  return ok ? exitCodes.fine : exitCodes.input;
}

async function environmentsOf(
  renderer: Renderer,
  source: CliSource,
  options: Pick<RenderOptions, 'env' | 'slot'>,
): Promise<{ targets: { name: string; slot?: number }[]; diagnostics: Diagnostic[] }> {
  const { env, slot } = options;
  if (env !== undefined)
    return { targets: [{ name: env, ...(slot === undefined ? {} : { slot }) }], diagnostics: [] };
  const described = await renderer.describe(source);
  if (!described.ok) return { targets: [], diagnostics: described.diagnostics };
  // An environment for slots is looked at as its first slot.
  const targets = described.stack.environments.map(({ name, forSlots }) => {
    const chosen = slot ?? (forSlots ? 1 : undefined);
    return { name, ...(chosen === undefined ? {} : { slot: chosen }) };
  });
  return { targets, diagnostics: [] };
}
