import type { Diagnostic, ValidationReport } from '@codex-k8s/schema';
import { createManifestPrograms } from '../programs/index.ts';
import type { RenderInputs, RenderResult } from '../rendered-stack.ts';
import { createRenderer, type Renderer } from '../renderer.ts';
import { printYaml } from '../yaml/index.ts';
import type { CliEnvironment } from './config.ts';
import type { CliContext } from './context.ts';
import { CliError, exitCodes } from './exit-code.ts';
import { variablesOf, type RenderOptions } from './options.ts';
import { openSource, type CliSource } from './source.ts';

/** A renderer that runs the installed helm and kustomize for stacks that bring charts. */
export function createCliRenderer({ toolsDirectory }: CliEnvironment): Renderer {
  return createRenderer({ programs: createManifestPrograms({ toolsDirectory }) });
}

/** Renders what the options of a command ask for. */
export async function renderOne(
  options: RenderOptions,
  environment: CliEnvironment,
): Promise<RenderResult> {
  const source = await openSource(options.file, options.root);
  return createCliRenderer(environment).render(inputsOf(options, source, environment));
}

/** Inputs of a render as the options of a command give them. */
export function inputsOf(
  options: RenderOptions,
  source: CliSource,
  environment: CliEnvironment,
): RenderInputs {
  const { env, slot } = options;
  if (env === undefined) throw new CliError('say which environment: --env NAME');
  return {
    ...source,
    environment: env,
    ...(slot === undefined ? {} : { slot }),
    ...variableInputs(options, environment),
  };
}

/** Inputs that stand in no file. */
export function variableInputs(
  options: RenderOptions,
  environment: CliEnvironment,
): Pick<RenderInputs, 'vars' | 'cluster'> {
  const { kubernetesVersion } = options;
  return {
    vars: variablesOf(options, environment),
    ...(kubernetesVersion === undefined ? {} : { cluster: { kubernetesVersion } }),
  };
}

/** Says what is wrong with the input, in the format that was asked for; returns the exit code. */
export function fail(
  context: CliContext,
  options: { output: 'text' | 'json' | 'yaml'; env?: string },
  diagnostics: readonly Diagnostic[],
): number {
  if (options.output === 'text') context.output.diagnostics(diagnostics);
  else {
    const environments = options.env === undefined ? [] : [options.env];
    const report: ValidationReport = { ok: false, environments, diagnostics: [...diagnostics] };
    printData(context, options.output, report);
  }
  return exitCodes.input;
}

/** Prints a value as the data of a command. */
export function printData(context: CliContext, format: 'json' | 'yaml', value: unknown): void {
  // Through JSON: what is undefined is left out, and printing sees plain values only.
  const text = JSON.stringify(value, undefined, 2);
  context.output.data(format === 'json' ? `${text}\n` : printYaml(JSON.parse(text)));
}
