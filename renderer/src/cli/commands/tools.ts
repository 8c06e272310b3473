import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { CliError, exitCodes } from '../exit-code.ts';
import { withOutput } from '../options.ts';

interface InstallOptions {
  directory?: string;
  force?: boolean;
  output: 'text' | 'json';
}

/** `tools install`: the pinned helm and kustomize, for stacks that bring charts or kustomizations. */
export function registerTools(program: Command, context: CliContext): void {
  const tools = program
    .command('tools')
    .description('the pinned helm and kustomize, for stacks with charts or kustomizations');
  withOutput(tools.command('install'), ['text', 'json'])
    .description('download them with their checksums, or build them with Go')
    .option(
      '--directory <directory>',
      'where to put them (default: CODEXK8S_TOOLS_DIR, else the cache directory of the user)',
    )
    .option('--force', 'get them anew even when they are there')
    .addHelpText('after', examples)
    .action(async (options: InstallOptions) => context.finish(await install(context, options)));
}

const examples = `
Where they come from: the cache, else the publishers' releases with their checksums
(CODEXK8S_DOWNLOAD_BASE_URL names a mirror, "off" skips this), else a build with Go.

Examples:
  codex-k8s-renderer tools install
  codex-k8s-renderer tools install --directory /opt/codex-k8s/tools
  CODEXK8S_DOWNLOAD_BASE_URL=https://mirror.example.com codex-k8s-renderer tools install --force`;

async function install(context: CliContext, options: InstallOptions): Promise<number> {
  const { installTools } = await import('../../tool-install/index.ts');
  const { ToolError } = await import('../../tools/index.ts');
  const { environment, output } = context;
  const { downloadBaseUrl } = environment;
  try {
    const installed = await installTools({
      directory: options.directory ?? environment.toolsDirectory,
      environment: environment.toolEnvironment,
      ...(downloadBaseUrl === undefined ? {} : { downloadBaseUrl }),
      ...(options.force === undefined ? {} : { force: options.force }),
      onProgress: (message) => output.message(`${message}\n`),
    });
    if (options.output === 'json')
      output.data(`${JSON.stringify({ tools: installed }, undefined, 2)}\n`);
    else
      for (const { name, version, path, source, wasThere } of installed) {
        const how = wasThere ? 'was there' : source === 'build' ? 'built with Go' : 'downloaded';
        output.data(`${name} ${version}  ${path}  (${how})\n`);
      }
    return exitCodes.fine;
  } catch (error) {
    if (error instanceof ToolError)
      throw new CliError(`${error.message}\n${error.hint}`, exitCodes.unavailable, {
        cause: error,
      });
    throw error;
  }
}
