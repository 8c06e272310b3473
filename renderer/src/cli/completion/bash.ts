import { allCommands, optionsAt, type CommandNode, type OptionNode } from '../command-tree.ts';

/** The completion of bash; works without the bash-completion package. */
export function completeBash(root: CommandNode): string {
  const commands = allCommands(root);
  const paths = commands.filter(({ path }) => path !== '').map(({ path }) => quote(path));
  return `# Completion of ${root.name} for bash. Load it with:
#   source <(${root.name} completion bash)
_codex_k8s_renderer() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous= path= word next index
  if (( COMP_CWORD > 0 )); then previous=\${COMP_WORDS[COMP_CWORD-1]}; fi
  for (( index = 1; index < COMP_CWORD; index++ )); do
    word=\${COMP_WORDS[index]}
    next=\${path:+$path }$word
    case $next in
      ${paths.join('|')}) path=$next ;;
    esac
  done
  COMPREPLY=()
  case "$path:$previous" in
${commands.flatMap((command) => valueCases(command, root)).join('')}  esac
  local words=
  case $path in
${commands.map((command) => `    ${quote(command.path)}) words=${quote(wordsOf(command, root).join(' '))} ;;\n`).join('')}  esac
  COMPREPLY=( $(compgen -W "$words" -- "$current") )
  if [[ \${#COMPREPLY[@]} -eq 0 && $current != -* ]]; then COMPREPLY=( $(compgen -f -- "$current") ); fi
}
complete -o filenames -F _codex_k8s_renderer ${root.name}
`;
}

function wordsOf(command: CommandNode, root: CommandNode): string[] {
  const options = optionsAt(command, root);
  return [
    ...command.commands.map(({ name }) => name),
    ...command.arguments.flatMap(({ choices }) => choices),
    ...new Set(options.map(({ long }) => long)),
  ];
}

/** What may follow an option that takes a value. */
function valueCases(command: CommandNode, root: CommandNode): string[] {
  const options = optionsAt(command, root);
  return options
    .filter(({ takesValue }) => takesValue)
    .map((option) => {
      const flags = [option.short, option.long].filter((flag) => flag !== undefined);
      const cases = flags.map((flag) => quote(`${command.path}:${flag}`)).join('|');
      return `    ${cases}) ${candidates(option)}; return ;;\n`;
    });
}

function candidates({ choices, value }: OptionNode): string {
  if (choices.length > 0)
    return `COMPREPLY=( $(compgen -W ${quote(choices.join(' '))} -- "$current") )`;
  if (value === 'other') return 'COMPREPLY=()';
  return `COMPREPLY=( $(compgen ${value === 'file' ? '-f' : '-d'} -- "$current") )`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
