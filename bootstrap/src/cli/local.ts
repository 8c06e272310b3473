import { Option, type Command } from 'commander';
import { ensureBinaries } from '../binaries/index.ts';
import type { BootstrapConfig } from '../config.ts';
import {
  readControlPlaneStatus,
  readKubeconfigOf,
  startControlPlane,
  stopControlPlane,
} from '../control-plane/index.ts';
import { BootstrapError } from '../errors/index.ts';
import { attachCluster } from '../kubeconfig/index.ts';
import { progressPrinter } from './progress-printer.ts';
import { renderStatus } from './render-status.ts';

/** What the commands need from the process. */
export interface LocalCommandsContext {
  config: BootstrapConfig;
  /** The answer, on stdout. */
  write: (text: string) => void;
  /** Everything else, on stderr. */
  tell: (line: string) => void;
}

type Output = 'text' | 'json';

interface DirectoryOptions {
  directory: string;
}
interface UpOptions extends DirectoryOptions {
  kubeconfig?: string;
  context?: string;
  unsafeNoFsync?: boolean;
  output: Output;
}

/** Adds `local up|down|status|kubeconfig`. */
export function addLocalCommands(program: Command, context: LocalCommandsContext): void {
  const local = program
    .command('local')
    .description(
      'A real Kubernetes control plane on this machine; its node and pods are simulated.',
    );
  const add = (name: string, description: string): Command =>
    local
      .command(name)
      .description(description)
      .option(
        '-d, --directory <path>',
        'where its state, credentials and logs lie',
        '.codex-k8s/cluster',
      );

  withOutput(add('up', 'Start it, or say that it runs already; it stays until `down`.'))
    .option('--unsafe-no-fsync', 'for tests: faster, and all state is gone with `down`')
    .option('--kubeconfig <file>', 'use a cluster that exists instead of starting one')
    .option('--context <name>', 'the context to use; the current one is never used by itself')
    .addHelpText(
      'after',
      `
Binaries come from KUBEBUILDER_ASSETS, the cache (${context.config.cacheDirectory}),
the projects' releases (or the mirror CODEXK8S_DOWNLOAD_BASE_URL), or a build with Go 1.26.

Examples:
  $ bootstrap local up
  $ export KUBECONFIG="$(bootstrap local kubeconfig)"
  $ bootstrap local up --directory /tmp/second --unsafe-no-fsync
  $ bootstrap local up --context staging --output json`,
    )
    .action((options: UpOptions) => up(options, context));

  add('down', 'Stop it, and end whatever a crash left running.')
    .option('--remove', 'also remove the directory with all state')
    .addHelpText(
      'after',
      '\nExamples:\n  $ bootstrap local down\n  $ bootstrap local down --directory /tmp/second --remove',
    )
    .action(async (options: DirectoryOptions & { remove?: boolean }) => {
      const { running, leftovers } = await stopControlPlane(options.directory, options);
      const ended =
        leftovers.length > 0 ? `; ended what a crash had left: ${leftovers.join(', ')}` : '';
      context.tell(
        `${running ? 'stopped' : 'nothing was running'}${ended}${options.remove ? '; state removed' : ''}`,
      );
    });

  withOutput(add('status', 'What runs; exit code 1 unless all of it does.'))
    .addHelpText(
      'after',
      '\nExamples:\n  $ bootstrap local status\n  $ bootstrap local status --output json',
    )
    .action((options: DirectoryOptions & { output: Output }) => {
      const status = readControlPlaneStatus(options.directory);
      context.write(options.output === 'json' ? json(status) : renderStatus(status));
      if (status.state !== 'running') process.exitCode = 1;
    });

  add('kubeconfig', 'Print the path of its kubeconfig.')
    .option('--content', 'print the kubeconfig itself (it holds a token)')
    .addHelpText(
      'after',
      '\nExamples:\n  $ export KUBECONFIG="$(bootstrap local kubeconfig)"\n  $ bootstrap local kubeconfig --content > cluster.yaml',
    )
    .action((options: DirectoryOptions & { content?: boolean }) => {
      const found =
        readControlPlaneStatus(options.directory).server && readKubeconfigOf(options.directory);
      if (!found)
        throw new BootstrapError({
          code: 'CK-LOCAL-008',
          message: `no control plane runs in ${options.directory}`,
          where: { directory: options.directory },
          hint: 'start one with `bootstrap local up`, or name its --directory',
        });
      context.write(options.content ? found.content : `${found.path}\n`);
    });
}

async function up(
  options: UpOptions,
  { config, write, tell }: LocalCommandsContext,
): Promise<void> {
  if (options.kubeconfig !== undefined || options.context !== undefined) {
    const cluster = await attachCluster(options);
    write(
      options.output === 'json'
        ? json(cluster)
        : `cluster     ${cluster.server} (yours: nothing was started)\ncontext     ${cluster.context}\nkubeconfig  ${cluster.kubeconfigPath}\n`,
    );
    return;
  }
  if (readControlPlaneStatus(options.directory).state !== 'running') {
    const onProgress = progressPrinter(tell);
    const binaries = await ensureBinaries({ ...config, onProgress });
    const controlPlane = await startControlPlane({
      directory: options.directory,
      binaries,
      durable: options.unsafeNoFsync !== true,
      onProgress,
    });
    try {
      await controlPlane.ready.node;
    } catch (error) {
      await controlPlane.stop();
      throw error;
    }
    await controlPlane.detach();
  }
  const status = readControlPlaneStatus(options.directory);
  write(options.output === 'json' ? json(status) : renderStatus(status));
}

function withOutput(command: Command): Command {
  return command.addOption(
    new Option('-o, --output <format>', 'how to answer').choices(['text', 'json']).default('text'),
  );
}

const json = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;
