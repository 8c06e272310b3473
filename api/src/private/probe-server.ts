import { fastify } from 'fastify';
import type { Registry } from 'prom-client';
import { ApiError, errorBody } from '../errors/index.ts';
import { assertLoopback, listen } from '../listening/index.ts';
import { createSessions } from '../sessions/index.ts';
import type { Readiness } from '../staff/index.ts';
import { registerProbes } from './probes.ts';
import { securityHeaders } from './security-headers.ts';
import type { PrivateServer } from './server.ts';

/** What a role without staff routes listens for. */
export interface ProbeServerOptions {
  readiness: Readiness;
  registry: Registry;
  /** The bearer that `/metrics` asks for. */
  installToken: string;
}

/** The private listener of the roles that serve no staff: `/healthz`, `/readyz`, `/metrics`. */
export function createProbeServer(options: ProbeServerOptions): PrivateServer {
  const app = fastify({
    logger: false,
    bodyLimit: 1024,
    requestTimeout: 30_000,
    forceCloseConnections: 'idle',
  });
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers(securityHeaders);
    done();
  });
  app.setNotFoundHandler((_request, reply) => reply.code(404).send(errorBody('CK-API-007')));
  app.setErrorHandler((error, _request, reply) =>
    error instanceof ApiError
      ? reply.code(error.status).send(error.body)
      : reply.code(500).send(errorBody('CK-API-017')),
  );
  registerProbes(app, {
    readiness: options.readiness,
    registry: options.registry,
    sessions: createSessions({ installToken: options.installToken }),
  });
  return {
    listen(address) {
      assertLoopback(address.host, false);
      return listen(app, address);
    },
    close: () => app.close(),
  };
}
