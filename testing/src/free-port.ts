import { createServer } from 'node:net';
import { listenOnLoopback } from './listen.ts';

/** A TCP port that was free on loopback a moment ago. Prefer listening on port 0 where you can. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listenOnLoopback(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}
