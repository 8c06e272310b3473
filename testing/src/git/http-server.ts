import { spawn, type ChildProcess } from 'node:child_process';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listenOnLoopback } from '../listen.ts';
import { gitEnvironment } from './environment.ts';

/** `root` holds bare repositories; with `auth` every request needs these Basic credentials. */
export interface GitHttpServerOptions {
  root: string;
  auth?: { user: string; password: string };
}

/** One answered request, in order of arrival. */
export interface GitRequest {
  method: string;
  path: string;
  query: string;
  /** Name in the Basic credentials, if any were sent. */
  user?: string;
  status: number;
}

/** A smart HTTP git host on loopback: clone, fetch and push. */
export interface GitHttpServer extends AsyncDisposable {
  /** `http://127.0.0.1:<port>`; a repository is `<url>/<path below root>`. */
  readonly url: string;
  readonly requests: GitRequest[];
  /** Answers everything with this status until called with `undefined`: an outage. */
  answerWith(status: number | undefined): void;
  stop(): Promise<void>;
}

/** Serves the repositories below `root` by `git http-backend`. */
export async function createGitHttpServer(options: GitHttpServerOptions): Promise<GitHttpServer> {
  const requests: GitRequest[] = [];
  const children = new Set<ChildProcess>();
  let outage: number | undefined;

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const credentials = readCredentials(request);
    const record: GitRequest = {
      method: request.method ?? 'GET',
      path: decodeURIComponent(url.pathname),
      query: url.search.slice(1),
      ...(credentials ? { user: credentials.user } : {}),
      status: 0,
    };
    requests.push(record);
    response.once('close', () => (record.status = response.statusCode));
    if (outage !== undefined) return refuse(response, outage);
    const { auth } = options;
    if (auth && (credentials?.user !== auth.user || credentials.password !== auth.password)) {
      response.setHeader('WWW-Authenticate', 'Basic realm="git"');
      return refuse(response, 401);
    }
    const child = runBackend(options.root, record, request, response);
    children.add(child);
    child.once('close', () => children.delete(child));
    return undefined;
  });
  const port = await listenOnLoopback(server);

  const stop = async (): Promise<void> => {
    for (const child of children) child.kill('SIGKILL');
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    answerWith: (status) => (outage = status),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function runBackend(
  root: string,
  record: GitRequest,
  request: IncomingMessage,
  response: ServerResponse,
): ChildProcess {
  const header = (name: string): string => String(request.headers[name] ?? '');
  const child = spawn('git', ['-c', 'http.receivepack=true', 'http-backend'], {
    env: {
      ...gitEnvironment(),
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      REQUEST_METHOD: record.method,
      PATH_INFO: record.path,
      QUERY_STRING: record.query,
      CONTENT_TYPE: header('content-type'),
      // Without it the backend reads to the end of the input, which is what a chunked body needs.
      ...(request.headers['content-length'] ? { CONTENT_LENGTH: header('content-length') } : {}),
      HTTP_CONTENT_ENCODING: header('content-encoding'),
      GIT_PROTOCOL: header('git-protocol'),
      REMOTE_ADDR: '127.0.0.1',
      ...(record.user === undefined ? {} : { REMOTE_USER: record.user }),
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  child.once('error', () => refuse(response, 500));
  child.stdin.on('error', () => undefined);
  request.pipe(child.stdin);
  relay(child, response);
  return child;
}

/** CGI to HTTP: headers up to an empty line, `Status:` among them, then the body. */
function relay(child: ChildProcess, response: ServerResponse): void {
  let head: Buffer | undefined = Buffer.alloc(0);
  child.stdout?.on('data', (chunk: Buffer) => {
    if (head === undefined) {
      if (!response.write(chunk)) child.stdout?.pause();
      return;
    }
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) return;
    for (const line of head.subarray(0, end).toString('latin1').split('\r\n')) {
      const colon = line.indexOf(':');
      const [name, value] = [line.slice(0, colon), line.slice(colon + 1).trim()];
      if (name.toLowerCase() === 'status') response.statusCode = Number.parseInt(value, 10);
      else response.setHeader(name, value);
    }
    response.write(head.subarray(end + 4));
    head = undefined;
  });
  response.on('drain', () => child.stdout?.resume());
  child.stdout?.once('end', () => (head === undefined ? response.end() : refuse(response, 500)));
}

function refuse(response: ServerResponse, status: number): void {
  if (!response.headersSent) response.statusCode = status;
  response.end();
}

function readCredentials(request: IncomingMessage): { user: string; password: string } | undefined {
  const match = /^Basic (.+)$/i.exec(request.headers.authorization ?? '');
  if (!match?.[1]) return undefined;
  const [user = '', ...password] = Buffer.from(match[1], 'base64').toString('utf8').split(':');
  return { user, password: password.join(':') };
}
