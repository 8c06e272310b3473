import type { FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import { ApiError } from '../errors/index.ts';
import type { Sessions } from '../sessions/index.ts';
import { isAuthenticated, summarise, type Readiness } from '../staff/index.ts';

/** Paths that anyone who reaches the listener may ask, from any host name. */
export const openProbes: ReadonlySet<string> = new Set(['/healthz', '/readyz']);

/** `/healthz`: the process answers. `/readyz`: every part is ready, else 503. `/metrics`: for staff alone. */
export function registerProbes(
  app: FastifyInstance,
  {
    readiness,
    registry,
    sessions,
  }: { readiness: Readiness; registry: Registry; sessions: Sessions },
): void {
  app.get('/healthz', async (_request, reply) =>
    reply.header('cache-control', 'no-store').send({ status: 'alive' }),
  );
  app.get('/readyz', async (_request, reply) => {
    const summary = summarise(await readiness());
    return reply
      .code(summary.ready ? 200 : 503)
      .header('cache-control', 'no-store')
      .send(summary);
  });
  app.get('/metrics', async (request, reply) => {
    if (!isAuthenticated(request, sessions)) throw new ApiError('CK-API-010');
    return reply.type(registry.contentType).send(await registry.metrics());
  });
}
