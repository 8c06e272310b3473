import type { Diagnostic } from '@codex-k8s/schema';
import type { RenderInputs, RenderResult } from '../rendered-stack.ts';
import { createRenderer } from '../renderer.ts';
import type { CliEnvironment } from './config.ts';
import type { CliContext } from './context.ts';
import { CliError, exitCodes } from './exit-code.ts';
import { variablesOf, type RenderOptions } from './options.ts';
import { openSource, type CliSource } from './source.ts';

/** Renders what the options of a command ask for. */
export async function renderOne(
  options: RenderOptions,
  environment: CliEnvironment,
): Promise<RenderResult> {
  const source = await openSource(options.file, options.root);
  return createRenderer().render(inputsOf(options, source, environment));
}

/** Inputs of a render as the options of a command give them. */
export function inputsOf(
  options: RenderOptions,
  source: CliSource,
  environment: CliEnvironment,
): RenderInputs {
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

/** Says what is wrong with the input, in the format that was asked for; returns the exit code. */
export function fail(
  context: CliContext,
  options: Pick<RenderOptions, 'output'>,
  diagnostics: readonly Diagnostic[],
): number {
  if (options.output === 'json') printJson(context, { ok: false, diagnostics });
  else context.output.diagnostics(diagnostics);
  return exitCodes.input;
}

export function printJson(context: CliContext, value: unknown): void {
  context.output.data(`${JSON.stringify(value, undefined, 2)}\n`);
}
