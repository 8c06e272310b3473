import { Argument, type Command } from 'commander';
import type { CliContext } from '../context.ts';
import { exitCodes } from '../exit-code.ts';

const shells = ['bash', 'zsh', 'fish'] as const;

/** `completion`: prints the completion of a shell, made from the command tree. */
export function registerCompletion(program: Command, context: CliContext): void {
  program
    .command('completion')
    .description('print the completion of a shell')
    .addArgument(new Argument('<shell>', 'shell to complete in').choices(shells))
    .addHelpText('after', examples)
    .action(async (shell: (typeof shells)[number]) => {
      const { describeTree } = await import('../command-tree.ts');
      const { completeBash, completeFish, completeZsh } = await import('../completion/index.ts');
      const print = { bash: completeBash, zsh: completeZsh, fish: completeFish }[shell];
      context.output.data(print(describeTree(program)));
      context.finish(exitCodes.fine);
    });
}

const examples = `
Examples:
  source <(codex-k8s-renderer completion bash)
  codex-k8s-renderer completion zsh > "\${fpath[1]}/_codex-k8s-renderer"
  codex-k8s-renderer completion fish > ~/.config/fish/completions/codex-k8s-renderer.fish`;
