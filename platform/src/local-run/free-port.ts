import { createServer } from 'node:net';

/** The wanted port, or a free one when something else listens there. */
export async function freePort(wanted: number): Promise<number> {
  return (await tryPort(wanted)) ?? (await tryPort(0)) ?? wanted;
}

function tryPort(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => {
      const bound = server.address();
      server.close(() =>
        resolve(typeof bound === 'object' && bound !== null ? bound.port : undefined),
      );
    });
  });
}
