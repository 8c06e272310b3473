import type { Tx } from '../database/index.ts';
import type { ErrorData } from '../errors/index.ts';
import { recordEvents } from '../events/index.ts';

/**
 * Records why the open runs of an environment could not go on yet: what is repeated by itself must
 * still be seen. The error is cleared when the run moves on.
 */
export async function recordRetry(tx: Tx, environmentId: string, error: ErrorData): Promise<void> {
  const runs = await tx.query<{
    id: string;
    correlation_id: string;
    project_id: string;
    stack: string;
  }>(
    `update core.agent_runs set error = $2, updated_at = now()
     where environment_id = $1 and kind = 'deploy' and status in ('pending', 'running') and phase in ('received', 'rendered')
     returning id, correlation_id, project_id, stack`,
    [environmentId, JSON.stringify(error)],
  );
  await recordEvents(
    tx,
    runs.map((run) => ({
      type: 'run.retried',
      correlationId: run.correlation_id,
      projectId: run.project_id,
      environmentId,
      runId: run.id,
      payload: { stack: run.stack, code: error.code, message: error.message },
    })),
  );
}
