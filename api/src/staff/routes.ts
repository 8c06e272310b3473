import { fileURLToPath } from 'node:url';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { fastifyOpenapiGlue } from 'fastify-openapi-glue';
import type { Session, Sessions } from '../sessions/index.ts';
import type { ChangeStreams } from './change-stream.ts';
import { enforceContract, staffContract } from './contract.ts';
import { createOperations, type StaffHandlers } from './operations.ts';
import type { Readiness, StaffViews } from './ports.ts';
import { ApiError } from '../errors/index.ts';

export interface StaffRoutesOptions {
  views: StaffViews;
  readiness: Readiness;
  sessions: Sessions;
  streams: ChangeStreams;
}

/** Whether a request may see what is staff's alone: a session that holds, or the install token. */
export function isAuthenticated(request: FastifyRequest, sessions: Sessions): boolean {
  const { cookie, authorization } = request.headers;
  return sessions.read(cookie) !== undefined || sessions.isInstallToken(authorization);
}

/**
 * The staff API in a scope of its own, made from the OpenAPI document. Denied by default: the check for a
 * session stands before anything else in the scope, so a new operation cannot be left open.
 */
export async function registerStaffRoutes(
  scope: FastifyInstance,
  options: StaffRoutesOptions,
): Promise<void> {
  const { views, readiness, sessions, streams } = options;
  enforceContract(scope);
  scope.addHook('onRequest', (request, reply, done) => {
    reply.header('cache-control', 'no-store');
    done(isAuthenticated(request, sessions) ? undefined : new ApiError('CK-API-010'));
  });

  const sessionOf = (request: FastifyRequest): Session | undefined =>
    sessions.read(request.headers.cookie);
  const handlers = {
    ...createOperations(views, readiness),
    streamChanges(request, reply) {
      if (streams.isFull) throw new ApiError('CK-API-018');
      const session = sessionOf(request);
      const lastEventId = request.headers['last-event-id'];
      reply.hijack();
      streams.open(
        reply.raw,
        stringHeaders(reply),
        typeof lastEventId === 'string' ? lastEventId : undefined,
        () => session === undefined || sessions.holds(session),
      );
    },
    async endSession(request, reply) {
      const session = sessionOf(request);
      if (session) reply.header('set-cookie', sessions.end(session));
      return reply.code(204).send();
    },
  } satisfies StaffHandlers;

  await scope.register(fastifyOpenapiGlue, {
    specification: fileURLToPath(staffContract),
    serviceHandlers: handlers,
  });
}

function stringHeaders(reply: FastifyReply): Record<string, string> {
  return Object.fromEntries(
    Object.entries(reply.getHeaders()).map(([name, value]) => [name, String(value)]),
  );
}
