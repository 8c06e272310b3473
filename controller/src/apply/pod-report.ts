import { asObject, ClusterError } from '../kubernetes/index.ts';
import { integer, string } from './health-verdict.ts';
import type { Step } from './step.ts';
import type { HookRun } from './types.ts';

const mostLogCharacters = 4_000;

/** What the last pod of a failed Job left behind: why it ended, and its last words. */
export async function podReport(
  step: Step,
  { namespace, jobUid }: HookRun,
): Promise<{ message: string | undefined; log: string | undefined }> {
  const nothing = { message: undefined, log: undefined };
  try {
    const { items } = await step.services.cluster.list(
      { apiVersion: 'v1', kind: 'Pod', namespace },
      {
        labelSelector: `batch.kubernetes.io/controller-uid=${jobUid}`,
        ...step.writer.limits(),
      },
    );
    const newest = items.toSorted((one, other) =>
      (one.metadata.creationTimestamp ?? '') < (other.metadata.creationTimestamp ?? '') ? 1 : -1,
    );
    for (const pod of newest) {
      const ended = terminationOf(asObject(pod['status']));
      if (ended !== undefined) return ended;
    }
    return nothing;
  } catch (error) {
    // The end of a run is recorded also where pods may not be read.
    if (error instanceof ClusterError) return nothing;
    throw error;
  }
}

function terminationOf(
  status: Record<string, unknown> | undefined,
): { message: string; log: string | undefined } | undefined {
  const statuses = status?.['containerStatuses'];
  if (!Array.isArray(statuses)) return undefined;
  for (const entry of statuses) {
    const container = asObject(entry);
    const ended = asObject(asObject(container?.['state'])?.['terminated']);
    const exitCode = integer(ended, 'exitCode');
    if (exitCode === undefined || exitCode === 0) continue;
    const name = string(container, 'name') ?? '';
    const reason = string(ended, 'reason') ?? '';
    return {
      message: `container ${name} ended with exit code ${exitCode}${reason === '' ? '' : ` (${reason})`}`,
      log: string(ended, 'message')?.slice(-mostLogCharacters),
    };
  }
  return undefined;
}
