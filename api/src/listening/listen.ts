import type { FastifyInstance } from 'fastify';
import { ApiError } from '../errors/index.ts';

/** Where a listener can be reached. */
export interface ListenAddress {
  host: string;
  port: number;
  /** Origin of its pages, without a trailing slash. */
  url: string;
}

/** Opens a server; port 0 takes a free one. Rejects with CK-API-020 when the address cannot be had. */
export async function listen(
  app: FastifyInstance,
  { host, port }: { host: string; port: number },
): Promise<ListenAddress> {
  try {
    // A burst of connections waits in the kernel's queue instead of being refused.
    await app.listen({ host, port, backlog: 4096 });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ApiError('CK-API-020', `cannot listen on ${host}:${port}: ${reason}`, { cause });
  }
  const bound = app.server.address();
  const actual = typeof bound === 'object' && bound !== null ? bound.port : port;
  return { host, port: actual, url: `http://${host.includes(':') ? `[${host}]` : host}:${actual}` };
}
