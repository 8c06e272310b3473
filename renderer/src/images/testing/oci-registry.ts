import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How a registry answers who may read. */
export type RegistryAccess =
  | { kind: 'open' }
  /** Tokens of a token service; without credentials only if it is public. */
  | { kind: 'token'; username: string; password: string; isPublic: boolean }
  | { kind: 'basic'; username: string; password: string };

export interface TestRegistryOptions {
  access?: RegistryAccess;
  /** Leave Docker-Content-Digest out, as the spec allows for HEAD and GET. */
  hidesDigest?: boolean;
  /** Answer with another digest than the body has. */
  lies?: boolean;
}

/** A registry of the OCI distribution API, in this process: manifests only, held in memory. */
export interface TestRegistry {
  /** `127.0.0.1:port`, as references name it. */
  host: string;
  /** Requests so far: `METHOD path status`. */
  requests: string[];
  /** Pushes a manifest over HTTP, as a client would; returns its digest. */
  push(repository: string, tag: string, content: string): Promise<string>;
  /** The next answers have this status instead. */
  failNext(status: number, times: number, headers?: Record<string, string>): void;
  /** Never answers again. */
  hang(): void;
  close(): Promise<void>;
}

interface Manifest {
  type: string;
  bytes: Buffer;
}

const namePattern =
  /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const tagPattern = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;
const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const tokenLifeMs = 60_000;

/** Starts a registry on a free port of this machine. Source: OCI distribution spec 1.1. */
export async function startTestRegistry(options: TestRegistryOptions = {}): Promise<TestRegistry> {
  const registry = new Registry(options);
  await new Promise<void>((resolve) => registry.server.listen(0, '127.0.0.1', resolve));
  return registry;
}

class Registry implements TestRegistry {
  readonly server: Server;
  readonly requests: string[] = [];
  readonly #access: RegistryAccess;
  readonly #options: TestRegistryOptions;
  readonly #tokenKey = randomBytes(32);
  /** Manifests by `repository@digest`, digests by `repository:tag`. */
  readonly #manifests = new Map<string, Manifest>();
  readonly #tags = new Map<string, string>();
  #failures: { status: number; headers: Record<string, string> }[] = [];
  #hangs = false;

  constructor(options: TestRegistryOptions) {
    this.#options = options;
    this.#access = options.access ?? { kind: 'open' };
    this.server = createServer((request, response) => {
      response.on('finish', () =>
        this.requests.push(`${request.method} ${request.url} ${response.statusCode}`),
      );
      this.#answer(request, response).catch((error: unknown) => {
        response.statusCode = 500;
        response.end(String(error));
      });
    });
  }

  get host(): string {
    // oxlint-disable-next-line no-unsafe-type-assertion -- it listens on TCP
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async push(repository: string, tag: string, content: string): Promise<string> {
    const body = JSON.stringify({ schemaVersion: 2, mediaType: manifestType, note: content });
    const response = await fetch(`http://${this.host}/v2/${repository}/manifests/${tag}`, {
      method: 'PUT',
      body,
      headers: { 'content-type': manifestType, authorization: this.#ownAuthorization(repository) },
    });
    const digest = response.headers.get('docker-content-digest');
    if (response.status !== 201 || digest === null)
      throw new Error(`push answers ${response.status}: ${await response.text()}`);
    await response.body?.cancel();
    return digest;
  }

  failNext(status: number, times: number, headers: Record<string, string> = {}): void {
    this.#failures = Array.from({ length: times }, () => ({ status, headers }));
  }

  hang(): void {
    this.#hangs = true;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.#hangs) return;
    const failure = this.#failures.shift();
    if (failure !== undefined) {
      response.writeHead(failure.status, failure.headers).end();
      return;
    }
    const url = new URL(request.url ?? '/', `http://${this.host}`);
    if (url.pathname === '/token') return this.#issueToken(request, response, url);
    const [, name = '', reference = ''] =
      /^\/v2\/(.+)\/manifests\/([^/]+)$/.exec(decodeURIComponent(url.pathname)) ?? [];
    if (url.pathname === '/v2/' && this.#isAllowed(request, '', 'pull'))
      return void response.writeHead(200).end('{}');
    if (!namePattern.test(name)) return fail(response, 400, 'NAME_INVALID');
    const action = request.method === 'PUT' ? 'push' : 'pull';
    if (!this.#isAllowed(request, name, action)) return this.#challenge(response, name, action);
    if (request.method === 'PUT') return this.#store(request, response, name, reference);
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return fail(response, 405, 'UNSUPPORTED');
    this.#send(request, response, name, reference);
  }

  #send(request: IncomingMessage, response: ServerResponse, name: string, reference: string): void {
    const digest = reference.startsWith('sha256:')
      ? reference
      : this.#tags.get(`${name}:${reference}`);
    const manifest = digest === undefined ? undefined : this.#manifests.get(`${name}@${digest}`);
    if (manifest === undefined || digest === undefined)
      return fail(response, 404, 'MANIFEST_UNKNOWN', request.method === 'HEAD');
    // A client that cannot take the type is told so, as registries with several formats do.
    if (!(request.headers.accept ?? '').includes(manifest.type))
      return fail(response, 404, 'MANIFEST_UNKNOWN', request.method === 'HEAD');
    response.setHeader('content-type', manifest.type);
    response.setHeader('content-length', manifest.bytes.length);
    if (this.#options.lies === true)
      response.setHeader(
        'docker-content-digest',
        request.method === 'GET' ? digestOf(Buffer.from('another')) : 'md5:0',
      );
    else if (this.#options.hidesDigest !== true)
      response.setHeader('docker-content-digest', digest);
    response.end(request.method === 'HEAD' ? undefined : manifest.bytes);
  }

  async #store(
    request: IncomingMessage,
    response: ServerResponse,
    name: string,
    reference: string,
  ): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const bytes = Buffer.concat(chunks);
    const digest = digestOf(bytes);
    const type = request.headers['content-type'] ?? '';
    const body: { schemaVersion?: unknown; mediaType?: unknown } = JSON.parse(bytes.toString());
    if (body.schemaVersion !== 2 || (body.mediaType ?? type) !== type)
      return fail(response, 400, 'MANIFEST_INVALID');
    if (reference.startsWith('sha256:')) {
      if (reference !== digest) return fail(response, 400, 'DIGEST_INVALID');
    } else if (!tagPattern.test(reference)) return fail(response, 400, 'TAG_INVALID');
    else this.#tags.set(`${name}:${reference}`, digest);
    this.#manifests.set(`${name}@${digest}`, { type, bytes });
    response
      .writeHead(201, {
        location: `/v2/${name}/manifests/${digest}`,
        'docker-content-digest': digest,
      })
      .end();
  }

  #challenge(response: ServerResponse, name: string, action: 'pull' | 'push'): void {
    const value =
      this.#access.kind === 'basic'
        ? 'Basic realm="registry"'
        : `Bearer realm="http://${this.host}/token",service="test registry",scope="repository:${name}:${action}"`;
    response.setHeader('www-authenticate', value);
    fail(response, 401, 'UNAUTHORIZED');
  }

  #issueToken(request: IncomingMessage, response: ServerResponse, url: URL): void {
    const access = this.#access;
    const { authorization } = request.headers;
    const isKnown = access.kind === 'token' && authorization === basic(access);
    const isWelcome = authorization === undefined && access.kind === 'token' && access.isPublic;
    if (!isKnown && !isWelcome) return fail(response, 401, 'UNAUTHORIZED');
    if (url.searchParams.get('service') !== 'test registry') return fail(response, 400, 'DENIED');
    const scope = url.searchParams.get('scope') ?? '';
    if (!isKnown && !scope.endsWith(':pull')) return fail(response, 403, 'DENIED');
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ token: this.#sign(scope, Date.now() + tokenLifeMs) }));
  }

  #isAllowed(request: IncomingMessage, name: string, action: 'pull' | 'push'): boolean {
    const access = this.#access;
    const authorization = request.headers.authorization ?? '';
    if (access.kind === 'open') return true;
    if (access.kind === 'basic') return authorization === basic(access);
    const token = /^Bearer (.+)$/.exec(authorization)?.[1];
    if (token === undefined) return false;
    const [scope = '', expires = ''] = Buffer.from(token.split('.')[0] ?? '', 'base64url')
      .toString()
      .split('\n');
    const expected = Buffer.from(this.#sign(scope, Number(expires)));
    const given = Buffer.from(token);
    return (
      given.length === expected.length &&
      timingSafeEqual(given, expected) &&
      Number(expires) > Date.now() &&
      scope === `repository:${name}:${action}`
    );
  }

  #sign(scope: string, expires: number): string {
    const payload = Buffer.from(`${scope}\n${expires}`).toString('base64url');
    const signature = createHmac('sha256', this.#tokenKey).update(payload).digest('base64url');
    return `${payload}.${signature}`;
  }

  #ownAuthorization(repository: string): string {
    if (this.#access.kind === 'basic') return basic(this.#access);
    return `Bearer ${this.#sign(`repository:${repository}:push`, Date.now() + tokenLifeMs)}`;
  }
}

function fail(response: ServerResponse, status: number, code: string, isHead = false): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(isHead ? undefined : JSON.stringify({ errors: [{ code, message: code }] }));
}

function basic({ username, password }: { username: string; password: string }): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
