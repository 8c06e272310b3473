import { allCommands, optionsAt, type CommandNode, type OptionNode } from '../command-tree.ts';

/** The completion of zsh, by its own `_arguments`. */
export function completeZsh(root: CommandNode): string {
  return `#compdef ${root.name}
# Completion of ${root.name} for zsh. Put it in a file named _${root.name} in a directory
# of your fpath, or load it with:
#   source <(${root.name} completion zsh)
${allCommands(root)
  .map((command) => describeFunction(command, root))
  .join('\n')}
if [[ $funcstack[1] == _${root.name} ]]; then
  ${functionOf(root)} "$@"
else
  compdef ${functionOf(root)} ${root.name}
fi
`;
}

function functionOf({ path }: CommandNode): string {
  return `_codex_k8s_renderer${path === '' ? '' : `__${path.replaceAll(/[ -]/g, '_')}`}`;
}

function describeFunction(command: CommandNode, root: CommandNode): string {
  const options = optionsAt(command, root);
  const specs = options.map(describeOption);
  if (command.commands.length === 0) {
    const rest = command.arguments.map(
      ({ name, choices }) =>
        `'::${escape(name)}:${choices.length === 0 ? ' ' : `(${choices.join(' ')})`}'`,
    );
    return `${functionOf(command)}() {\n  _arguments -s ${[...specs, ...rest].join(' \\\n    ')}\n}\n`;
  }
  const known = command.commands.map(({ name, description }) =>
    quote(`${name}:${description.replaceAll(':', '\\:')}`),
  );
  const cases = command.commands.map((inner) => `        ${inner.name}) ${functionOf(inner)} ;;\n`);
  return `${functionOf(command)}() {
  local line state
  _arguments -s -C ${specs.join(' \\\n    ')} \\
    '1: :->command' '*:: :->rest'
  case $state in
    command)
      local -a known
      known=(${known.join('\n        ')})
      _describe command known ;;
    rest)
      case $line[1] in
${cases.join('')}      esac ;;
  esac
}
`;
}

function describeOption(option: OptionNode): string {
  const { short, long, description, takesValue } = option;
  const about = `[${escape(description)}]`;
  const value = takesValue ? `:value:${action(option)}` : '';
  if (short === undefined) return `'${long}${about}${value}'`;
  return `'(${short} ${long})'{${short},${long}}'${about}${value}'`;
}

function action({ choices, value }: OptionNode): string {
  if (choices.length > 0) return `(${choices.join(' ')})`;
  if (value === 'other') return ' ';
  return value === 'file' ? '_files' : '_files -/';
}

function escape(text: string): string {
  return text.replaceAll(/[[\]:\\]/g, '\\$&').replaceAll("'", "'\\''");
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
