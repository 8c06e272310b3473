import { InvalidArgumentError, Option, type Command } from 'commander';
import type { ReportFormat } from '../output/index.ts';
import type { CliEnvironment } from './config.ts';

/** Options of commands that render. */
export interface RenderOptions {
  file: string;
  root?: string;
  env?: string;
  slot?: number;
  var: Record<string, string>;
  varsFromEnv?: string;
  kubernetesVersion?: string;
  output: 'text' | 'json' | 'yaml';
}

/** What a command prints that reports findings; the first is the default. */
export const reportFormats = [
  'text',
  'json',
  'yaml',
  'sarif',
  'github',
  'markdown',
] as const satisfies ReportFormat[];

/** A command with the options that all commands share. */
export function withSourceOptions(
  command: Command,
  formats: readonly string[] = ['text', 'json'],
): Command {
  withOutput(command, formats)
    .option('-f, --file <path>', 'the services.yaml', 'services.yaml')
    .option(
      '--root <directory>',
      'what imports and manifests may not leave (default: the current directory)',
    )
    .option('--slot <number>', 'slot to render for', parseSlot);
  return withVariables(command);
}

/** A command with the inputs of a render that stand in no file. */
export function withVariables(command: Command): Command {
  return command
    .option(
      '--var <name=value>',
      'value of a declared variable; may be repeated',
      collectVariable,
      {},
    )
    .option(
      '--vars-from-env <prefix>',
      'take values of declared variables from environment variables: SHOP_ for SHOP_replicas',
      parsePrefix,
    )
    .option('--kubernetes-version <version>', 'version of the target cluster, such as 1.36');
}

/**
 * An option without which a command cannot do. Unlike commander's own, it is missed only after
 * unknown options were told: `--evn dev` is a typo of `--env`, not its absence.
 */
export function requireOption(command: Command, flags: string, description: string): Command {
  const option = new Option(flags, `${description} (required)`);
  return command.addOption(option).hook('preAction', (_, acting) => {
    if (acting.getOptionValue(option.attributeName()) === undefined)
      acting.error(`error: required option '${flags}' not specified`);
  });
}

/** A command with `--output`; the first format is the default. */
export function withOutput(command: Command, formats: readonly string[]): Command {
  return command.addOption(
    new Option('-o, --output <format>', 'format of the result')
      .choices(formats)
      .default(formats[0]),
  );
}

/** Values of variables: those of the command line win over those of the environment. */
export function variablesOf(
  options: RenderOptions,
  environment: CliEnvironment,
): Record<string, string> {
  const { varsFromEnv } = options;
  return {
    ...(varsFromEnv === undefined ? {} : environment.variables(varsFromEnv)),
    ...options.var,
  };
}

function parseSlot(text: string): number {
  if (!/^[1-9][0-9]{0,5}$/.test(text)) throw new InvalidArgumentError('a slot is a number from 1.');
  return Number(text);
}

function parsePrefix(text: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(text))
    throw new InvalidArgumentError('a prefix is letters, digits and _, such as SHOP_.');
  return text;
}

function collectVariable(text: string, previous: Record<string, string>): Record<string, string> {
  const equals = text.indexOf('=');
  if (equals < 1) throw new InvalidArgumentError('write it as NAME=VALUE.');
  return { ...previous, [text.slice(0, equals)]: text.slice(equals + 1) };
}
