/** The command line of this package: `bootstrap local …`, `bootstrap plan`. */
import { Command } from 'commander';
import { toolsDirectoryOf } from '@codex-k8s/renderer';
import { addLocalCommands, addPlanCommand } from './cli/index.ts';
import { readBootstrapConfig } from './config.ts';
import { BootstrapError } from './errors/index.ts';

const program = new Command('bootstrap')
  .description('Clusters for codex-k8s to run on, and what is brought to them.')
  .showHelpAfterError('(see --help)');
const config = readBootstrapConfig();
const write = (text: string | Uint8Array): void => void process.stdout.write(text);
const tell = (line: string): void => void process.stderr.write(`${line}\n`);
addLocalCommands(program, { config, write, tell });
addPlanCommand(program, {
  toolsDirectory: toolsDirectoryOf(config.toolEnvironment),
  write,
  tell,
});

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof BootstrapError)) throw error;
  const { code, message, hint } = error.data;
  process.stderr.write(`error ${code}: ${message}\n${hint === undefined ? '' : `next: ${hint}\n`}`);
  process.exitCode = 1;
}
