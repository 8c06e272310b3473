import type { FastifyReply, FastifyRequest } from 'fastify';
import type { StaffApi } from '@codex-k8s/schema';
import { ApiError } from '../errors/index.ts';
import type { Readiness, RunFilter, StaffViews } from './ports.ts';

type Operations = StaffApi.operations;
type OperationId = keyof Operations;

/** Operations that write their answer by themselves; the listener provides them. */
type RawOperation = 'streamChanges' | 'endSession';

type Answered<Id extends OperationId> = Operations[Id]['responses'] extends {
  readonly 200: { content: { readonly 'application/json': infer Body } };
}
  ? Body
  : never;

type Parameters<Id extends OperationId> = {
  Params: NonNullable<Operations[Id]['parameters']['path']>;
  Querystring: NonNullable<Operations[Id]['parameters']['query']>;
};

/** One handler for each operation of the OpenAPI document, typed by it. */
export type StaffHandlers = {
  [Id in Exclude<OperationId, RawOperation>]: (
    request: FastifyRequest<Parameters<Id>>,
  ) => Promise<Answered<Id>>;
} & { [Id in RawOperation]: (request: FastifyRequest, reply: FastifyReply) => unknown };

/** The staff operations over the read models. Their parameters have been validated. */
export function createOperations(
  views: StaffViews,
  readiness: Readiness,
): Omit<StaffHandlers, RawOperation> {
  return {
    async getReadiness() {
      return summarise(await readiness());
    },
    async listEnvironments() {
      return { items: await views.listEnvironments() };
    },
    async listObjects({ params: { environmentId } }) {
      return {
        items: found(await views.listObjects(environmentId), `environment ${environmentId}`),
      };
    },
    async getStateDiff({ params: { environmentId, commit } }) {
      const diff = await views.getStateDiff(environmentId, commit);
      return found(diff, `commit ${commit} in environment ${environmentId}`);
    },
    async listRuns({ query: { environmentId, status, cursor, limit = 20 } }) {
      const filter: RunFilter = { limit };
      if (environmentId !== undefined) filter.environmentId = environmentId;
      if (status !== undefined) filter.status = status;
      if (cursor !== undefined) filter.cursor = cursor;
      return views.listRuns(filter);
    },
    async getRun({ params: { runId } }) {
      return found(await views.getRun(runId), `run ${runId}`);
    },
  };
}

/** The platform is ready when every part is. */
export function summarise(
  parts: Awaited<ReturnType<Readiness>>,
): StaffApi.components['schemas']['Readiness'] {
  return { ready: parts.every((part) => part.ready), parts };
}

function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new ApiError('CK-API-015', `there is no ${what}`);
  return value;
}
