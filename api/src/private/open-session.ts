import type { FastifyInstance } from 'fastify';
import { apiCodes } from '../errors/index.ts';
import { openPath, type LinkMinter, type Sessions } from '../sessions/index.ts';

/**
 * `GET /open?token=…`: turns a one-time link into a session and goes on to the portal. A browser that
 * already has a session goes on with any link, so that opening the same link twice is no dead end.
 */
export function registerOpenRoute(
  app: FastifyInstance,
  links: LinkMinter,
  sessions: Sessions,
): void {
  app.get<{ Querystring: { token?: unknown } }>(openPath, async (request, reply) => {
    const { token } = request.query;
    reply.header('cache-control', 'no-store');
    if (typeof token === 'string' && links.consumeLink(token)) {
      return reply.header('set-cookie', sessions.start()).redirect('/', 303);
    }
    if (sessions.read(request.headers.cookie)) return reply.redirect('/', 303);
    return reply
      .code(apiCodes['CK-API-011'].status)
      .type('text/html; charset=utf-8')
      .send(refusedPage);
  });
}

const refusedPage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>This link does not open codex-k8s</title>
<h1>This link does not open codex-k8s</h1>
<p>A link works once, for an hour, and only while the platform that printed it is running.</p>
<p>Start the platform again: <code>npm start</code> prints a new link.</p>
<p><small>CK-API-011</small></p>
</html>
`;
