import type { Diagnostic } from '@codex-k8s/schema';
import type { Database } from '../database/index.ts';
import type { ErrorData } from '../errors/index.ts';

/** The five steps of the main path. */
export const stepNames = ['received', 'rendered', 'committed', 'applied', 'healthy'] as const;

/** One step of a run: when it was reached and how long it took since the one before, in milliseconds. */
export interface RunStep {
  name: (typeof stepNames)[number];
  at?: string;
  durationMs?: number;
}

/** A run as staff sees it. */
export interface RunView {
  id: string;
  project: string;
  environmentId: string;
  environment: string;
  repository: string;
  stack: string;
  status: 'pending' | 'running' | 'succeeded' | 'failed' | 'canceled';
  outcome?: 'deployed' | 'unchanged' | 'superseded' | 'failed';
  phase: RunStep['name'];
  sourceRef: string;
  sourceSha?: string;
  stateCommit?: string;
  correlationId: string;
  steps: RunStep[];
  diagnostics: Diagnostic[];
  error?: ErrorData;
  supersededBy?: string;
  createdAt: string;
  finishedAt?: string;
  /** How many deliveries this run answered. */
  deliveries: number;
}

/** Which runs, newest first; the cursor is the last page's. */
export interface RunFilter {
  environmentId?: string;
  status?: RunView['status'];
  cursor?: string;
  limit?: number;
}

/** One page of a list. */
export interface Page<T> {
  items: T[];
  nextCursor?: string;
}

interface RunRow {
  id: string;
  project: string;
  environment_id: string;
  environment: string;
  repository: string | null;
  stack: string | null;
  status: RunView['status'];
  outcome: RunView['outcome'] | null;
  phase: RunStep['name'];
  source_ref: string | null;
  source_sha: string | null;
  state_commit: string | null;
  correlation_id: string;
  superseded_by: string | null;
  diagnostics: Diagnostic[];
  error: ErrorData | null;
  received_at: Date;
  rendered_at: Date | null;
  committed_at: Date | null;
  applied_at: Date | null;
  healthy_at: Date | null;
  created_at: Date;
  finished_at: Date | null;
  deliveries: number | string;
  position: string;
}

/** A page of runs, newest first, by keyset: the cost does not grow with the page number. */
export async function listRuns(db: Database, filter: RunFilter = {}): Promise<Page<RunView>> {
  const limit = Math.min(Math.max(filter.limit ?? 20, 1), 100);
  const cursor = parseCursor(filter.cursor);
  const rows = await db.query<RunRow>(
    `${selectRuns} where e.id is not null and ($1::uuid is null or a.environment_id = $1::uuid) and ($2::text is null or a.status = $2)
     and ($3::timestamptz is null or (a.created_at, a.id) < ($3::timestamptz, $4::uuid)) order by a.created_at desc, a.id desc limit $5`,
    [
      filter.environmentId ?? null,
      filter.status ?? null,
      cursor?.createdAt ?? null,
      cursor?.id ?? null,
      limit + 1,
    ],
  );
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return {
    items: items.map(runView),
    ...(rows.length > limit && last ? { nextCursor: `${last.position}_${last.id}` } : {}),
  };
}

/** A run with everything recorded about it. */
export interface RunDetailView {
  run: RunView;
  contentHash?: string;
  inputHash?: string;
  renderer?: string;
  events: { id: string; type: string; actor: string; at: string; message?: string }[];
}

/** One run with its record, or undefined. */
export async function getRun(db: Database, runId: string): Promise<RunDetailView | undefined> {
  const [row] = await db.query<RunRow>(`${selectRuns} where a.id = $1 and e.id is not null`, [
    runId,
  ]);
  if (!row) return undefined;
  const [content] = await db.query<{
    content_hash: string | null;
    input_hash: string | null;
    renderer: string | null;
    rendering: number | null;
  }>('select content_hash, input_hash, renderer, rendering from core.agent_runs where id = $1', [
    runId,
  ]);
  const events = await db.query<{
    id: number | string;
    event_type: string;
    actor_type: string;
    actor_id: string | null;
    created_at: Date;
    message: string | null;
  }>(
    `select id, event_type, actor_type, actor_id, created_at, payload->>'message' as message from core.flow_events where run_id = $1 order by id limit 200`,
    [runId],
  );
  return {
    run: runView(row),
    ...(content?.content_hash ? { contentHash: content.content_hash } : {}),
    ...(content?.input_hash ? { inputHash: content.input_hash } : {}),
    ...(content?.renderer ? { renderer: `${content.renderer}/${content.rendering ?? 1}` } : {}),
    events: events.map((event) => ({
      id: String(event.id),
      type: event.event_type,
      actor: event.actor_id ?? event.actor_type,
      at: event.created_at.toISOString(),
      ...(event.message === null ? {} : { message: event.message }),
    })),
  };
}

function runView(row: RunRow): RunView {
  return {
    id: row.id,
    project: row.project,
    environmentId: row.environment_id,
    environment: row.environment,
    repository: row.repository ?? '',
    stack: row.stack ?? '',
    status: row.status,
    ...(row.outcome === null || row.outcome === undefined ? {} : { outcome: row.outcome }),
    phase: row.phase,
    sourceRef: row.source_ref ?? '',
    ...(row.source_sha === null ? {} : { sourceSha: row.source_sha }),
    ...(row.state_commit === null ? {} : { stateCommit: row.state_commit }),
    correlationId: row.correlation_id,
    steps: steps(row),
    diagnostics: row.diagnostics,
    ...(row.error === null ? {} : { error: row.error }),
    ...(row.superseded_by === null ? {} : { supersededBy: row.superseded_by }),
    createdAt: row.created_at.toISOString(),
    ...(row.finished_at === null ? {} : { finishedAt: row.finished_at.toISOString() }),
    deliveries: Number(row.deliveries),
  };
}

function steps(row: RunRow): RunStep[] {
  const times = {
    received: row.received_at,
    rendered: row.rendered_at,
    committed: row.committed_at,
    applied: row.applied_at,
    healthy: row.healthy_at,
  };
  let before: Date | undefined;
  return stepNames.map((name) => {
    const at = times[name];
    if (at === null) return { name };
    const step: RunStep = {
      name,
      at: at.toISOString(),
      ...(before ? { durationMs: Math.max(0, at.getTime() - before.getTime()) } : {}),
    };
    before = at;
    return step;
  });
}

// A cursor comes from outside: anything that is not one of ours means the first page.
function parseCursor(cursor: string | undefined): { createdAt: string; id: string } | undefined {
  const match = /^([0-9T:.+Z-]{10,40})_([0-9a-f-]{36})$/.exec(cursor ?? '');
  return match?.[1] && match[2] ? { createdAt: match[1], id: match[2] } : undefined;
}

const selectRuns = `
select a.id, p.slug as project, a.environment_id, e.name as environment, r.full_name as repository, a.stack, a.status, a.outcome, a.phase,
  a.source_ref, a.source_sha, a.state_commit, a.correlation_id, a.superseded_by, a.diagnostics, a.error, a.received_at, a.rendered_at,
  a.committed_at, a.applied_at, a.healthy_at, a.created_at, a.finished_at,
  to_char(a.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as position,
  (select count(*) from core.delivery_outcomes o where o.run_id = a.id) as deliveries
from core.agent_runs a join core.projects p on p.id = a.project_id
left join core.environments e on e.id = a.environment_id left join core.repositories r on r.id = a.repository_id`;
