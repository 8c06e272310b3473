import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A comment as GitHub's description of `issue-comment` has it, what is read of it. */
export interface ServedComment {
  id: number;
  body: string;
  user: { login: string; type: 'Bot' | 'User' };
}

/** The comments of one pull request of acme/shop over HTTP on loopback. */
export interface CommentsServer extends AsyncDisposable {
  readonly url: string;
  readonly comments: ServedComment[];
  /** `GET /path`, in order. */
  readonly requests: string[];
  /** Answers the next requests with these, before it works again. */
  fail(...statuses: number[]): void;
}

const longest = 65_536;

/**
 * Serves what the action calls. Source: GitHub REST API, "List issue comments", "Create an issue
 * comment", "Update an issue comment": 201 and 200 with the comment, 401 without the token, 404 for
 * anything else, 422 for a body that is too long.
 */
export async function serveComments(token: string, number: number): Promise<CommentsServer> {
  const comments: ServedComment[] = [];
  const requests: string[] = [];
  const failures: number[] = [];
  const bot = { login: 'github-actions[bot]', type: 'Bot' as const };

  async function answer(request: IncomingMessage): Promise<[number, unknown]> {
    const url = new URL(request.url ?? '/', 'http://localhost');
    requests.push(`${request.method ?? ''} ${url.pathname}`);
    const failure = failures.shift();
    if (failure !== undefined) return [failure, { message: 'Resource not accessible' }];
    if (request.headers.authorization !== `Bearer ${token}`)
      return [401, { message: 'Bad credentials' }];
    const list = `/repos/acme/shop/issues/${number}/comments`;
    if (request.method === 'GET' && url.pathname === list) {
      const size = Number(url.searchParams.get('per_page') ?? 30);
      const start = (Number(url.searchParams.get('page') ?? 1) - 1) * size;
      return [200, comments.slice(start, start + size)];
    }
    const { body } = JSON.parse(await readText(request)) as { body: string };
    if (typeof body !== 'string' || body.length > longest)
      return [422, { message: 'Validation Failed', errors: [{ field: 'body' }] }];
    if (request.method === 'POST' && url.pathname === list) {
      const created = { id: 1_000 + comments.length, body, user: bot };
      comments.push(created);
      return [201, created];
    }
    const id = Number(/^\/repos\/acme\/shop\/issues\/comments\/(\d+)$/.exec(url.pathname)?.[1]);
    const found = comments.find((comment) => comment.id === id);
    if (request.method !== 'PATCH' || found === undefined) return [404, { message: 'Not Found' }];
    found.body = body;
    return [200, found];
  }

  const server = createServer((request, response) => {
    void answer(request).then(([status, value]) => {
      response.writeHead(status, { 'content-type': 'application/json', 'retry-after': '0' });
      response.end(JSON.stringify(value));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    comments,
    requests,
    fail: (...statuses) => void failures.push(...statuses),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
