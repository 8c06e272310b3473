/**
 * The process that holds one control plane: `node supervisor.ts DIRECTORY` with an IPC channel to
 * its owner. It runs in a session of its own, so that Ctrl-C in a terminal reaches the owner alone,
 * and stops everything in order when told to, when the owner's channel closes without a detach
 * (kill -9 included), or on SIGTERM.
 */
import { BootstrapError, type ErrorData } from '../errors/index.ts';
import { createCluster, type Cluster } from './cluster.ts';
import { layoutOf } from './layout.ts';
import type { OwnerMessage, SupervisorMessage } from './messages.ts';

const [, , directory = '.'] = process.argv;
let cluster: Cluster | undefined;
let detached = false;
let stopping: Promise<void> | undefined;

process.on('message', (message: OwnerMessage) => void handle(message));
process.on('disconnect', () => detached || void stop());
process.on('SIGTERM', () => void stop());
process.on('SIGINT', () => undefined);
process.on('SIGHUP', () => undefined);
process.on('uncaughtException', (error) => {
  process.stderr.write(`${error.stack ?? String(error)}\n`);
  process.exitCode = 1;
  void stop();
});
tell({ kind: 'listening' });

async function handle(message: OwnerMessage): Promise<void> {
  switch (message.kind) {
    case 'start':
      await attempt('api', async () => {
        cluster = createCluster(layoutOf(directory), (progress) =>
          tell({ kind: 'progress', progress }),
        );
        const { server, version } = await cluster.startApi(message.essential, message);
        tell({ kind: 'api-ready', server, version });
      });
      return;
    case 'others':
      await attempt('node', async () => {
        await cluster?.startNode(message.others);
        tell({ kind: 'node-ready' });
      });
      return;
    case 'interrupt':
      await answer(message.request, (running) => running.interrupt(message.component));
      return;
    case 'resume':
      await answer(message.request, (running) => running.resume(message.component));
      return;
    case 'detach':
      detached = true;
      tell({ kind: 'detached' });
      return;
    case 'stop':
      await stop();
  }
}

async function attempt(part: 'api' | 'node', work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (stopping) return;
    tell({ kind: 'failed', part, error: dataOf(error, 'CK-LOCAL-004') });
    if (part === 'api') await stop();
  }
}

async function answer(request: number, work: (running: Cluster) => Promise<void>): Promise<void> {
  try {
    if (cluster) await work(cluster);
    tell({ kind: 'done', request });
  } catch (error) {
    tell({ kind: 'done', request, error: dataOf(error, 'CK-LOCAL-005') });
  }
}

function stop(): Promise<void> {
  stopping ??= (async () => {
    try {
      await cluster?.stop();
    } catch (error) {
      process.stderr.write(`${String(error)}\n`);
      process.exitCode = 1;
    }
    process.exit();
  })();
  return stopping;
}

function tell(message: SupervisorMessage): void {
  // Without an owner there is nobody to tell.
  if (process.connected) process.send?.(message, undefined, {}, () => undefined);
}

function dataOf(error: unknown, code: ErrorData['code']): ErrorData {
  if (error instanceof BootstrapError) return error.data;
  return { code, message: error instanceof Error ? error.message : String(error) };
}
