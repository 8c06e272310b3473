import { Pool, type Dispatcher } from 'undici';
import type { Telemetry } from '../telemetry/index.ts';
import { ClusterError } from './cluster-error.ts';
import type { Credentials } from './credentials.ts';
import { errorOfAnswer } from './status.ts';
import type { RequestOptions } from './types.ts';

/** One HTTP request to the API server, described for errors and metrics too. */
export interface Exchange {
  method: 'GET' | 'PATCH' | 'DELETE' | 'POST' | 'PUT';
  path: string;
  /** The Kubernetes verb and resource, for metrics. */
  verb: string;
  resource: string;
  /** For messages: `apply Deployment/shop/web`. */
  about: string;
  accept?: string;
  contentType?: string;
  body?: Uint8Array | string;
  /** Answers about it are never quoted: it carries a Secret. */
  confidential?: boolean;
}

export interface Answer {
  status: number;
  text: string;
}

/** Speaks HTTP/1.1 over connections that are kept alive; knows nothing of objects. */
export interface Transport {
  send(exchange: Exchange, options: RequestOptions): Promise<Answer>;
  /** A long answer, line by line, on a connection of its own. */
  stream(exchange: Exchange, signal: AbortSignal): Promise<Dispatcher.ResponseData['body']>;
  close(): Promise<void>;
}

export interface TransportOptions {
  credentials: Credentials;
  telemetry: Telemetry;
  /** Connections for requests; watches have their own. */
  connections: number;
  requestTimeoutMs: number;
  /** A stream that stays silent for longer is taken for dead (the server sends bookmarks about every minute). */
  streamSilenceMs: number;
}

const accept = 'application/json';

/** Opens the connection pools; nothing is sent before the first request. */
export function createTransport(options: TransportOptions): Transport {
  const { credentials, telemetry } = options;
  const url = new URL(credentials.server);
  const prefix = url.pathname.replace(/\/+$/u, '');
  const shared: Pool.Options = {
    connect: { ...credentials.tls, timeout: 5_000 },
    // Measured: HTTP/2 is not faster here, and undici 8 negotiates it unless told otherwise.
    allowH2: false,
    // The API server closes an idle connection after 90 s; a new one costs a TLS handshake of 13–25 ms.
    keepAliveTimeout: 80_000,
    keepAliveMaxTimeout: 85_000,
  };
  const requests = new Pool(url.origin, { ...shared, connections: options.connections });
  const streams = new Pool(url.origin, { ...shared, bodyTimeout: options.streamSilenceMs });

  async function headersOf(exchange: Exchange, impersonate: RequestOptions['impersonate']) {
    const authorization = await credentials.authorization();
    return {
      accept: exchange.accept ?? accept,
      'user-agent': 'codex-k8s',
      ...(authorization === undefined ? {} : { authorization }),
      ...(exchange.contentType === undefined ? {} : { 'content-type': exchange.contentType }),
      ...(impersonate === undefined
        ? {}
        : { 'impersonate-user': impersonate.user, 'impersonate-group': impersonate.groups }),
    };
  }

  async function sendOnce(exchange: Exchange, request: RequestOptions): Promise<Answer> {
    const startedAt = performance.now();
    const limit = limitOf(request, startedAt + options.requestTimeoutMs, exchange.about);
    let code = 'none';
    try {
      const response = await requests.request({
        method: exchange.method,
        path: prefix + exchange.path,
        headers: await headersOf(exchange, request.impersonate),
        body: exchange.body ?? null,
        signal: limit.signal,
        headersTimeout: 0,
        bodyTimeout: 0,
      });
      code = String(response.statusCode);
      const text = await response.body.text();
      if (response.statusCode >= 300) throw errorOfResponse(exchange, response, text);
      return { status: response.statusCode, text };
    } catch (error) {
      throw limit.reason() ?? unavailable(exchange.about, error);
    } finally {
      limit.release();
      telemetry.duration('kubernetes_request', (performance.now() - startedAt) / 1000, {
        verb: exchange.verb,
        resource: exchange.resource,
        code,
      });
    }
  }

  return {
    async send(exchange, request) {
      try {
        return await sendOnce(exchange, request);
      } catch (error) {
        // A kept-alive connection may be closed by the server just as it is used again. Every
        // request of this room may be repeated: apply is idempotent, a delete carries its uid.
        if (isReset(error)) return sendOnce(exchange, request);
        throw error;
      }
    },

    async stream(exchange, signal) {
      const response = await streams
        .request({
          method: exchange.method,
          path: prefix + exchange.path,
          headers: await headersOf(exchange, undefined),
          signal,
          headersTimeout: options.requestTimeoutMs,
        })
        .catch((error: unknown) => {
          throw unavailable(exchange.about, error);
        });
      telemetry.count('kubernetes_watch', {
        resource: exchange.resource,
        code: String(response.statusCode),
      });
      if (response.statusCode < 300) return response.body;
      throw errorOfResponse(exchange, response, await response.body.text());
    },

    async close() {
      await Promise.all([requests.destroy(), streams.destroy()]);
    },
  };
}

/** A signal that ends at the deadline or with the caller's own signal, and says which. */
function limitOf(request: RequestOptions, defaultDeadline: number, about: string) {
  const controller = new AbortController();
  const deadline = Math.min(request.deadline ?? defaultDeadline, defaultDeadline);
  let reason: ClusterError | undefined;
  const stop = (kind: 'deadline' | 'aborted', message: string) => {
    reason ??= new ClusterError(kind, message, { about });
    controller.abort(reason);
  };
  const onAbort = () => stop('aborted', 'given up');
  const remaining = deadline - performance.now();
  if (request.signal?.aborted) onAbort();
  else if (remaining <= 0) stop('deadline', 'no time left');
  const timer = setTimeout(
    () => stop('deadline', 'no answer before the deadline'),
    Math.max(remaining, 0),
  );
  request.signal?.addEventListener('abort', onAbort, { once: true });
  return {
    signal: controller.signal,
    reason: () => reason,
    release() {
      clearTimeout(timer);
      request.signal?.removeEventListener('abort', onAbort);
    },
  };
}

function errorOfResponse(
  exchange: Exchange,
  response: Pick<Dispatcher.ResponseData, 'statusCode' | 'headers'>,
  body: string,
): ClusterError {
  const retryAfter = response.headers['retry-after'];
  return errorOfAnswer({
    about: exchange.about,
    status: response.statusCode,
    body,
    retryAfter: typeof retryAfter === 'string' ? retryAfter : undefined,
    confidential: exchange.confidential ?? false,
  });
}

/** The error of a request without an answer. */
export function unavailable(about: string, error: unknown): ClusterError {
  if (error instanceof ClusterError) return error;
  const message = error instanceof Error ? messageOf(error) : String(error);
  return new ClusterError('unavailable', message, { about, cause: error });
}

function messageOf(error: Error): string {
  const code = codeOf(error);
  return error.message === '' ? (code ?? error.name) : error.message;
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

function isReset(error: unknown): boolean {
  if (!(error instanceof ClusterError) || error.kind !== 'unavailable') return false;
  const code = codeOf(error.cause);
  return code === 'ECONNRESET' || code === 'UND_ERR_SOCKET' || code === 'EPIPE';
}
