import type { Command, Option } from 'commander';

/** A command of the program, as completion and the reference page need to know it. */
export interface CommandNode {
  name: string;
  /** Names from the program down, the program left out: `images lock`. */
  path: string;
  description: string;
  usage: string;
  arguments: readonly { name: string; description: string; choices: readonly string[] }[];
  options: readonly OptionNode[];
  commands: readonly CommandNode[];
  /** What stands below its help: examples. */
  after: string;
}

export interface OptionNode {
  /** `-o, --output <format>` */
  flags: string;
  short: string | undefined;
  long: string;
  description: string;
  takesValue: boolean;
  choices: readonly string[];
  /** What its value names, for completion. */
  value: 'file' | 'directory' | 'other';
  default: string | undefined;
}

/** Reads the command tree, so that what is told about it cannot differ from it. */
export function describeTree(command: Command, parents: readonly string[] = []): CommandNode {
  const path = [...parents, ...(command.parent === null ? [] : [command.name()])];
  const help = command.createHelp();
  return {
    name: command.name(),
    path: path.join(' '),
    description: command.description(),
    usage: help.commandUsage(command),
    arguments: command.registeredArguments.map((argument) => ({
      name: argument.name(),
      description: argument.description,
      choices: argument.argChoices ?? [],
    })),
    options: help.visibleOptions(command).map(describeOption),
    commands: help
      .visibleCommands(command)
      .filter((inner) => inner.name() !== 'help')
      .map((inner) => describeTree(inner, path)),
    after: textAfter(command),
  };
}

/** Every command of a tree, the root first. */
export function allCommands(node: CommandNode): CommandNode[] {
  return [node, ...node.commands.flatMap(allCommands)];
}

/** What may be given to a command: its own options, and those of the program that work everywhere. */
export function optionsAt(command: CommandNode, root: CommandNode): readonly OptionNode[] {
  if (command === root) return command.options;
  return [
    ...command.options,
    ...root.options.filter(({ long }) => !/^--(?:help|version)$/.test(long)),
  ];
}

function describeOption(option: Option): OptionNode {
  const value = /<(?:path|file)>/.test(option.flags)
    ? 'file'
    : option.flags.includes('<directory>')
      ? 'directory'
      : 'other';
  const fallback: unknown = option.defaultValue;
  return {
    flags: option.flags,
    short: option.short,
    long: option.long ?? '',
    description: option.description,
    takesValue: option.required || option.optional,
    choices: option.argChoices ?? [],
    value,
    default:
      typeof fallback === 'string' || typeof fallback === 'number' ? String(fallback) : undefined,
  };
}

/** The text that `addHelpText('after', …)` was given. */
function textAfter(command: Command): string {
  const written: string[] = [];
  const { writeOut } = command.configureOutput();
  command.configureOutput({ writeOut: (text) => void written.push(text) });
  command.outputHelp();
  command.configureOutput(writeOut === undefined ? {} : { writeOut });
  return written.join('').slice(command.helpInformation().length).trim();
}
