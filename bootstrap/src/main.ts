/** The command line of this package: `bootstrap local …`. */
import { Command } from 'commander';
import { addLocalCommands } from './cli/index.ts';
import { readBootstrapConfig } from './config.ts';
import { BootstrapError } from './errors/index.ts';

const program = new Command('bootstrap')
  .description('Clusters for codex-k8s to run on.')
  .showHelpAfterError('(see --help)');
addLocalCommands(program, {
  config: readBootstrapConfig(),
  write: (text) => process.stdout.write(text),
  tell: (line) => process.stderr.write(`${line}\n`),
});

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof BootstrapError)) throw error;
  const { code, message, hint } = error.data;
  process.stderr.write(`error ${code}: ${message}\n${hint === undefined ? '' : `next: ${hint}\n`}`);
  process.exitCode = 1;
}
