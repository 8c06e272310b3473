import createClient from 'openapi-fetch';
import type { StaffApi } from '@codex-k8s/schema';
import type {
  DiffView,
  EnvironmentView,
  ObjectView,
  Readiness,
  RunDetailView,
  RunStatus,
  RunView,
} from '../presentation/index.ts';

/** What is shown about runs. */
export interface Filter {
  environmentId?: string;
  status?: RunStatus;
}

/** Everything the page shows at once. */
export interface Overview {
  environments: readonly EnvironmentView[];
  runs: readonly RunView[];
  nextCursor?: string;
  readiness: Readiness;
}

/** The session has ended, or never began. */
export class SignedOutError extends Error {}

/** An answer that is no success, with what the platform said. */
export class AnswerError extends Error {
  readonly status: number;
  readonly hint: string | undefined;

  constructor(status: number, message: string, hint: string | undefined) {
    super(message);
    this.status = status;
    this.hint = hint;
  }
}

type Answer<T> = { data?: T; error?: unknown; response: Response };

/** openapi-fetch does not see through read-only arrays. */
type Writable<T> = T extends readonly (infer Element)[]
  ? Writable<Element>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Writable<T[Key]> }
    : T;

const client = createClient<Writable<StaffApi.paths>>({
  baseUrl: globalThis.location?.origin ?? '',
});

/** Reads the overview: three questions at once. */
export async function readOverview(filter: Filter, signal: AbortSignal): Promise<Overview> {
  const [environments, runs, readiness] = await Promise.all([
    client.GET('/api/v1/staff/environments', { signal }).then(take),
    readRuns(filter, undefined, signal),
    client.GET('/api/v1/staff/readiness', { signal }).then(take),
  ]);
  return { environments: environments.items, runs: runs.items, readiness, ...cursorOf(runs) };
}

/** Reads one page of runs, the newest first. */
export async function readRuns(
  filter: Filter,
  cursor?: string,
  signal?: AbortSignal,
): Promise<{ items: readonly RunView[]; nextCursor?: string }> {
  const query = { ...filter, limit: 20, ...(cursor !== undefined && { cursor }) };
  return client
    .GET('/api/v1/staff/runs', { params: { query }, ...(signal && { signal }) })
    .then(take);
}

export async function readRun(runId: string): Promise<RunDetailView> {
  return client.GET('/api/v1/staff/runs/{runId}', { params: { path: { runId } } }).then(take);
}

export async function readObjects(environmentId: string): Promise<readonly ObjectView[]> {
  const path = { environmentId };
  const { items } = await client
    .GET('/api/v1/staff/environments/{environmentId}/objects', { params: { path } })
    .then(take);
  return items;
}

/** What a state commit changed; undefined when the environment has no such commit. */
export async function readDiff(
  environmentId: string,
  commit: string,
): Promise<DiffView | undefined> {
  const path = { environmentId, commit };
  const answer = await client.GET(
    '/api/v1/staff/environments/{environmentId}/commits/{commit}/diff',
    {
      params: { path },
    },
  );
  return answer.response.status === 404 ? undefined : take(answer);
}

export async function endSession(): Promise<void> {
  await client.DELETE('/api/v1/staff/session');
}

function take<T>({ data, error, response }: Answer<T>): T {
  if (data !== undefined) return data;
  if (response.status === 401) throw new SignedOutError('there is no session');
  throw new AnswerError(
    response.status,
    textOf(error, 'message') ?? `the platform answered ${response.status}`,
    textOf(error, 'hint'),
  );
}

function textOf(error: unknown, field: string): string | undefined {
  const value: unknown =
    typeof error === 'object' && error !== null ? Reflect.get(error, field) : undefined;
  return typeof value === 'string' ? value : undefined;
}

const cursorOf = ({ nextCursor }: { nextCursor?: string }): { nextCursor?: string } =>
  nextCursor === undefined ? {} : { nextCursor };
