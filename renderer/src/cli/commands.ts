import type { Diagnostic } from '@codex-k8s/schema';
import type { RenderResult } from '../rendered-stack.ts';
import { createRenderer, type Renderer } from '../renderer.ts';
import type { CliEnvironment } from './config.ts';
import type { Output } from './console.ts';
import { CliError, exitCodes } from './exit-code.ts';
import { variablesOf, type RenderOptions } from './options.ts';
import { openSource, type CliSource } from './source.ts';
import { describePlan } from './describe-plan.ts';
import { writeDirectory } from './write-directory.ts';

/** What a command works with; it returns its exit code. */
export interface CliContext {
  output: Output;
  environment: CliEnvironment;
}

/** `render`: writes the stack directory. */
export async function renderCommand(
  context: CliContext,
  options: RenderOptions & { out: string },
): Promise<number> {
  const result = await renderOne(options, context.environment);
  if (!result.ok) return fail(context, options, result.diagnostics);
  const { rendered } = result;
  await writeDirectory(options.out, rendered.files);
  const { stack, project, plan, contentHash, inputHash, provenance, diagnostics, files } = rendered;
  if (options.output === 'json') {
    const { environment, namespace } = plan;
    const paths = files.map(({ path, digest }) => ({ path, digest }));
    printJson(context, {
      ok: true,
      project,
      stack,
      environment,
      namespace,
      contentHash,
      inputHash,
      provenance,
      files: paths,
      diagnostics,
    });
  } else {
    context.output.diagnostics(diagnostics);
    context.output.message(
      `${stack}: ${files.length} files in ${options.out}, content ${contentHash}\n`,
    );
  }
  return exitCodes.fine;
}

/** `plan`: prints the execution plan. */
export async function planCommand(context: CliContext, options: RenderOptions): Promise<number> {
  const result = await renderOne(options, context.environment);
  if (!result.ok) return fail(context, options, result.diagnostics);
  const { plan, diagnostics } = result.rendered;
  context.output.diagnostics(diagnostics);
  if (options.output === 'json') printJson(context, plan);
  else context.output.data(describePlan(plan));
  return exitCodes.fine;
}

/** `validate`: renders one or every environment and says what is wrong. */
export async function validateCommand(
  context: CliContext,
  options: RenderOptions,
): Promise<number> {
  const source = await openSource(options.file, options.root);
  const renderer = createRenderer();
  const found = new Map<string, Diagnostic>();
  const environments = await environmentsOf(renderer, source, options);
  for (const diagnostic of environments.diagnostics)
    found.set(JSON.stringify(diagnostic), diagnostic);
  for (const { name, slot } of environments.targets) {
    const inputs = inputsOf(
      { ...options, env: name, ...(slot === undefined ? {} : { slot }) },
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
  if (options.output === 'json') printJson(context, { ok, environments: names, diagnostics });
  else {
    context.output.diagnostics(diagnostics, 'data');
    if (ok) context.output.message(`${source.file} is valid for ${names.join(', ')}\n`);
  }
  return ok ? exitCodes.fine : exitCodes.input;
}

async function environmentsOf(
  renderer: Renderer,
  source: CliSource,
  options: RenderOptions,
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

async function renderOne(
  options: RenderOptions,
  environment: CliEnvironment,
): Promise<RenderResult> {
  const source = await openSource(options.file, options.root);
  return createRenderer().render(inputsOf(options, source, environment));
}

function inputsOf(
  options: RenderOptions,
  source: CliSource,
  environment: CliEnvironment,
): Parameters<Renderer['render']>[0] {
  const { env, slot, kubernetesVersion } = options;
  if (env === undefined) throw new CliError('say which environment: --env NAME');
  return {
    ...source,
    environment: env,
    ...(slot === undefined ? {} : { slot }),
    vars: variablesOf(options, environment),
    ...(kubernetesVersion === undefined ? {} : { cluster: { kubernetesVersion } }),
  };
}

function fail(context: CliContext, options: RenderOptions, diagnostics: Diagnostic[]): number {
  if (options.output === 'json') printJson(context, { ok: false, diagnostics });
  else context.output.diagnostics(diagnostics);
  return exitCodes.input;
}

function printJson(context: CliContext, value: unknown): void {
  context.output.data(`${JSON.stringify(value, undefined, 2)}\n`);
}
