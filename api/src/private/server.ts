import { fastifyStatic } from '@fastify/static';
import { fastify, type FastifyError, type FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import { ApiError, errorBody } from '../errors/index.ts';
import { assertLoopback, listen, type ListenAddress } from '../listening/index.ts';
import { allowedHosts, createSessions, refuseForeign, type LinkMinter } from '../sessions/index.ts';
import {
  createChangeLog,
  createChangeStreams,
  registerStaffRoutes,
  type ChangeFeed,
  type Readiness,
  type StaffViews,
} from '../staff/index.ts';
import { registerOpenRoute } from './open-session.ts';
import { openProbes, registerProbes } from './probes.ts';
import { securityHeaders } from './security-headers.ts';

export interface PrivateServerOptions {
  views: StaffViews;
  changes: ChangeFeed;
  readiness: Readiness;
  /** What `/metrics` answers. */
  registry: Registry;
  /** The secret of this installation: it signs sessions, and is a bearer of its own for programs. */
  installToken: string;
  /** Makes the one-time links; the composition root prints one. */
  links: LinkMinter;
  /** The built portal; without it only the API is served. */
  portalDirectory?: string;
  /** Further `host:port` values by which the listener is addressed, for example through a forwarded port. */
  extraHosts?: readonly string[];
  /** People sign in, so an address that others can reach is allowed. It does not exist yet. */
  signIn?: boolean;
  /** Milliseconds between beats of the live stream (default 15,000). */
  beatMs?: number;
  /** Live streams open at once (default 64). */
  maxStreams?: number;
  /** Told the cause behind a 500; the caller is not. */
  onError?: (error: unknown) => void;
}

/** A listener that has not been opened yet. */
export interface PrivateServer {
  /**
   * Opens it; port 0 takes a free one. Rejects with CK-API-019 for an address that is not loopback,
   * CK-API-020 when the address is taken.
   */
  listen(address: { host: string; port: number }): Promise<ListenAddress>;
  /** Ends the live streams, answers what is in flight, then closes. */
  close(): Promise<void>;
}

/** The private listener: probes, metrics, staff API, one-time links, portal (design §8). */
export async function createPrivateServer(options: PrivateServerOptions): Promise<PrivateServer> {
  const onError = options.onError ?? (() => {});
  const sessions = createSessions({ installToken: options.installToken });
  const log = createChangeLog(options.changes);
  const streams = createChangeStreams({
    log,
    limit: options.maxStreams ?? 64,
    beatMs: options.beatMs ?? 15_000,
  });
  let hosts: ReadonlySet<string> = new Set();
  const app = fastify({
    logger: false,
    bodyLimit: 256 * 1024,
    requestTimeout: 30_000,
    forceCloseConnections: 'idle',
  });
  app.removeContentTypeParser('text/plain');
  answerErrors(app, onError);

  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(securityHeaders);
    const { host, origin, authorization } = request.headers;
    const bearer = sessions.isInstallToken(authorization);
    const refused = openProbes.has(request.url)
      ? undefined
      : refuseForeign({ method: request.method, host, origin, bearer }, hosts);
    done(refused && new ApiError(refused));
  });
  registerProbes(app, { readiness: options.readiness, registry: options.registry, sessions });
  registerOpenRoute(app, options.links, sessions);
  await app.register((scope) =>
    registerStaffRoutes(scope, {
      views: options.views,
      readiness: options.readiness,
      sessions,
      streams,
    }),
  );
  if (options.portalDirectory !== undefined) await servePortal(app, options.portalDirectory);
  app.addHook('preClose', (done) => {
    log.close();
    streams.close();
    done();
  });

  return {
    async listen(address) {
      assertLoopback(address.host, options.signIn ?? false);
      const bound = await listen(app, address);
      hosts = allowedHosts(bound.port, options.extraHosts);
      return bound;
    },
    close: () => app.close(),
  };
}

function answerErrors(app: FastifyInstance, onError: (error: unknown) => void): void {
  app.setNotFoundHandler((_request, reply) => reply.code(404).send(errorBody('CK-API-007')));
  app.setErrorHandler((error: FastifyError, _request, reply) => {
    if (error instanceof ApiError) {
      if (error.status >= 500) onError(error);
      return reply.code(error.status).send(error.body);
    }
    if (error.validation) return reply.code(400).send(errorBody('CK-API-014', error.message));
    if (error.statusCode !== undefined && error.statusCode < 500) {
      return reply.code(error.statusCode).send(errorBody('CK-API-014', error.message));
    }
    onError(error);
    return reply.code(500).send(errorBody('CK-API-017'));
  });
}

// Built files carry a hash of their content in their names; the page that names them does not.
const hashedFile = /[\\/](?:assets|build)[\\/][^\\/]+$/;

/** The portal's files hold no data, so they need no session: the page itself says when there is none. */
async function servePortal(app: FastifyInstance, root: string): Promise<void> {
  await app.register(fastifyStatic, {
    root,
    index: 'index.html',
    cacheControl: false,
    setHeaders: (reply, path) => {
      reply.header(
        'cache-control',
        hashedFile.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache',
      );
    },
  });
}
