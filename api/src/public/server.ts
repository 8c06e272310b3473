import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { listen, type ListenAddress } from '../listening/index.ts';
import type { Telemetry } from '../metrics/index.ts';
import { errorAnswer, type Answer } from './answers.ts';
import type { WebhookPorts } from './ports.ts';
import { createReceive } from './receive-delivery.ts';

/** The one route of the public listener. */
export const webhookPath = '/api/v1/webhooks/github';

export interface PublicServerOptions<Intent> {
  ports: WebhookPorts<Intent>;
  telemetry: Telemetry;
  /** Largest body in bytes (default 1 MiB). */
  bodyLimit?: number;
  /** Deliveries being recorded at once (default 2,048); more are answered 503. */
  maxInFlight?: number;
  /** Milliseconds until an answer is given in any case (default 9,000; GitHub gives up after 10,000). */
  answerWithinMs?: number;
  /** Told what went wrong behind a 503; the sender is not. */
  onError?: (error: unknown) => void;
}

/** A listener that has not been opened yet. */
export interface PublicServer {
  /** Opens it; port 0 takes a free one. Rejects with CK-API-020 when the address is taken. */
  listen(address: { host: string; port: number }): Promise<ListenAddress>;
  /** Stops listening, answers what is in flight, then closes. */
  close(): Promise<void>;
}

/**
 * The public listener: `POST /api/v1/webhooks/github` and nothing else (design §8). Everything else is the
 * same 404. The webhook OpenAPI document in `schema/openapi` is its contract.
 */
export function createPublicServer<Intent>(options: PublicServerOptions<Intent>): PublicServer {
  const receive = createReceive({
    ports: options.ports,
    maxInFlight: options.maxInFlight ?? 2048,
    answerWithinMs: options.answerWithinMs ?? 9_000,
    onError: options.onError ?? (() => {}),
  });
  const app = createBareServer(options.bodyLimit ?? 1024 * 1024);

  app.post(webhookPath, async (request, reply) => {
    const { outcome, answer } = await receive({
      body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
      signature: header(request, 'x-hub-signature-256'),
      event: header(request, 'x-github-event'),
      deliveryId: header(request, 'x-github-delivery'),
    });
    options.telemetry.count('webhook_requests', { status: outcome });
    options.telemetry.duration('webhook_duration', reply.elapsedTime / 1000);
    return write(reply, answer);
  });

  return {
    listen: (address) => listen(app, address),
    close: () => app.close(),
  };
}

/** A server without a route: every request is the same 404, decided before its body is read. */
function createBareServer(bodyLimit: number): FastifyInstance {
  const app = fastify({
    logger: false,
    bodyLimit,
    exposeHeadRoutes: false,
    requestTimeout: 30_000,
    forceCloseConnections: 'idle',
    frameworkErrors: (_error, _request, reply) => {
      void write(reply, errorAnswer('CK-API-007'));
    },
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  );
  app.addHook('onRequest', (request, reply, done) => {
    if (request.is404) void write(reply, errorAnswer('CK-API-007'));
    else if (request.headers['content-type'] === undefined)
      void write(reply, errorAnswer('CK-API-004'));
    else done();
  });
  app.setNotFoundHandler((_request, reply) => write(reply, errorAnswer('CK-API-007')));
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    if (error.statusCode === 413) return write(reply, errorAnswer('CK-API-003'));
    if (error.statusCode === 415) return write(reply, errorAnswer('CK-API-004'));
    return write(reply, errorAnswer('CK-API-008'));
  });
  return app;
}

function write(reply: FastifyReply, { status, body, retryAfter }: Answer): FastifyReply {
  if (retryAfter !== undefined) reply.header('retry-after', retryAfter);
  return reply.code(status).header('content-type', 'application/json; charset=utf-8').send(body);
}

function header(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}
