import { allCommands, optionsAt, type CommandNode, type OptionNode } from '../command-tree.ts';

/** The completion of fish. */
export function completeFish(root: CommandNode): string {
  const commands = allCommands(root);
  const paths = commands.filter(({ path }) => path !== '').map(({ path }) => quote(path));
  return `# Completion of ${root.name} for fish. Load it with:
#   ${root.name} completion fish | source
function __codex_k8s_renderer_path
    set -l path
    for word in (commandline -opc)[2..-1]
        set -l next (string join ' ' -- $path $word)
        if contains -- "$next" ${paths.join(' ')}
            set path $next
        end
    end
    echo "$path"
end
function __codex_k8s_renderer_at
    test (__codex_k8s_renderer_path) = "$argv[1]"
end
complete -c ${root.name} -f
${commands.flatMap((command) => linesOf(command, root)).join('\n')}
`;
}

function linesOf(command: CommandNode, root: CommandNode): string[] {
  const start = `complete -c ${root.name} -n ${quote(`__codex_k8s_renderer_at ${quote(command.path)}`)}`;
  const options = optionsAt(command, root);
  return [
    ...command.commands.map(
      ({ name, description }) => `${start} -a ${quote(name)} -d ${quote(description)}`,
    ),
    ...command.arguments
      .filter(({ choices }) => choices.length > 0)
      .map(({ choices }) => `${start} -a ${quote(choices.join(' '))}`),
    ...options.map((option) => `${start}${flagsOf(option)}`),
  ];
}

function flagsOf({ short, long, description, takesValue, choices, value }: OptionNode): string {
  const names = `${short === undefined ? '' : ` -s ${short.slice(1)}`} -l ${long.slice(2)}`;
  const about = ` -d ${quote(description)}`;
  if (!takesValue) return names + about;
  if (choices.length > 0) return `${names} -x -a ${quote(choices.join(' '))}${about}`;
  const paths = value === 'directory' ? " -x -a '(__fish_complete_directories)'" : ' -x';
  return `${names}${value === 'file' ? ' -r -F' : paths}${about}`;
}

function quote(text: string): string {
  return `'${text.replaceAll(/[\\']/g, '\\$&')}'`;
}
