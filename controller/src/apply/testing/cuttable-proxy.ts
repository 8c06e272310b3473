import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A TCP proxy on loopback in front of an API server, to take it away and give it back. */
export interface CuttableProxy {
  /** A kubeconfig that leads through the proxy. */
  kubeconfigPath: string;
  /** Resets every connection and refuses new ones. */
  cut(): Promise<void>;
  restore(): Promise<void>;
  /** Swallows what is sent from now on: connections stay open and silent. */
  freeze(): void;
  close(): Promise<void>;
}

export async function createCuttableProxy(kubeconfigPath: string): Promise<CuttableProxy> {
  const directory = await mkdtemp(join(tmpdir(), 'codex-k8s-proxy-'));
  const original = await readFile(kubeconfigPath, 'utf8');
  const address = /server:\s*"?(https:\/\/[^\s"]+)"?/u.exec(original)?.[1];
  if (address === undefined) throw new Error(`no server in ${kubeconfigPath}`);
  const upstream = new URL(address);
  const sockets = new Set<Socket>();
  let frozen = false;
  let port = 0;

  const server = createServer((client) => {
    const target = connect(Number(upstream.port), upstream.hostname);
    for (const [from, to] of [
      [client, target],
      [target, client],
    ] as const) {
      sockets.add(from);
      from.on('data', (chunk) => {
        if (!frozen) to.write(chunk);
      });
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });

  async function listen(): Promise<void> {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    const bound = server.address();
    if (bound !== null && typeof bound === 'object') port = bound.port;
  }

  async function cut(): Promise<void> {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.resetAndDestroy();
    await closed;
  }

  await listen();
  const path = join(directory, 'kubeconfig');
  await writeFile(path, original.replace(address, `https://127.0.0.1:${port}`), { mode: 0o600 });
  return {
    kubeconfigPath: path,
    cut,
    async restore() {
      frozen = false;
      await listen();
    },
    freeze() {
      frozen = true;
    },
    async close() {
      await cut();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
