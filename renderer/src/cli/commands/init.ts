import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { CliError, exitCodes } from '../exit-code.ts';

interface InitOptions {
  file: string;
  name?: string;
}

/** `init`: writes a services.yaml to start from. */
export function registerInit(program: Command, context: CliContext): void {
  program
    .command('init')
    .description('write a commented services.yaml to start from; never overwrites one')
    .option('-f, --file <path>', 'the file to write', 'services.yaml')
    .option('--name <name>', 'name of the stack (default: made from the directory)')
    .addHelpText('after', examples)
    .action(async (options: InitOptions) => context.finish(await init(context, options)));
}

const examples = `
Examples:
  codex-k8s-renderer init
  codex-k8s-renderer init --name shop --file deploy/services.yaml

It asks nothing. Dockerfiles in the directory and below services/, apps/ and the like become services.`;

async function init(context: CliContext, options: InitOptions): Promise<number> {
  const { mkdir, writeFile } = await import('node:fs/promises');
  const { basename, dirname, resolve } = await import('node:path');
  const { detectServices, dnsLabel, starterText } = await import('../starter/index.ts');
  const path = resolve(options.file);
  const directory = dirname(path);
  const name = options.name ?? dnsLabel(basename(directory), 'app');
  if (!/^[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?$/.test(name))
    throw new CliError(`${name} cannot be the name of a stack: use letters, digits and -`);
  const services = await detectServices(directory);
  await mkdir(directory, { recursive: true });
  await writeFile(path, starterText(name, services), { flag: 'wx' }).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST')
      throw new CliError(`${options.file} exists already: it is left as it is`, exitCodes.input);
    throw error;
  });
  const found = services.map((service) => service.context).join(', ');
  const from = services.length === 0 ? 'with an example service' : `with services from ${found}`;
  context.output.message(
    `wrote ${options.file} for the stack ${name}, ${from}\nnext: codex-k8s-renderer validate --file ${options.file}\n`,
  );
  return exitCodes.fine;
}
