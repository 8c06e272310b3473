import type { Renderer } from '@codex-k8s/renderer';
import type { Checkpoint } from '../checkpoints/index.ts';
import type { Database } from '../database/index.ts';
import { errorData } from '../errors/index.ts';
import type { ErrorData } from '../errors/index.ts';
import { createWorker } from '../queue/index.ts';
import type { Outcome, WorkItem } from '../queue/index.ts';
import { handleRender, recordRetry } from '../runs/index.ts';
import type { SecretStore } from '../secrets/index.ts';
import { maintainProject, scheduleSweeps, sweepProject } from '../sweeps/index.ts';
import type { Telemetry } from '../telemetry/index.ts';
import { createDeliveryHandler } from '../triggers/index.ts';
import type { OpenRepositories } from './repositories.ts';

/** A role of the program that has been started. */
export interface RunningRole {
  stop(): Promise<void>;
}

/** What the controller role is made of. */
export interface ControllerRole {
  name: string;
  db: Database;
  secrets: SecretStore;
  repositories: OpenRepositories;
  renderer: Renderer;
  checkpoint: Checkpoint;
  telemetry: Telemetry;
  leaseMs: number;
  sweepIntervalMs: number;
  /** Told of failures that are repeated by themselves. */
  onError(error: ErrorData): void;
}

// Renders are CPU work of one process: two at a time keep git and Postgres busy meanwhile.
const concurrentRenders = 2;
const deliveryBatch = 200;
// The second of two pushes waits this long at most; of a hundred a second, a few go together.
const deliverySpacingMs = 40;

/** Starts turning deliveries into commits: the work queue's workers for deliveries, renders and sweeps. */
export async function startControllerRole(role: ControllerRole): Promise<RunningRole> {
  const { db, secrets, repositories, checkpoint, telemetry } = role;
  const renderWork = {
    db,
    secrets,
    checkpoint,
    telemetry,
    renderer: role.renderer,
    providerOf: repositories.providerOf,
    stateRepository: repositories.stateRepository,
  };
  const render = async (item: WorkItem, signal: AbortSignal): Promise<Outcome> => {
    try {
      return await handleRender(renderWork, item, signal);
    } catch (thrown) {
      const error = errorData(thrown);
      role.onError(error);
      return { kind: 'retry', error, record: (tx) => recordRetry(tx, item.key, error) };
    }
  };
  const worker = createWorker(db, {
    name: role.name,
    leaseMs: role.leaseMs,
    telemetry,
    kinds: {
      delivery: {
        handleBatch: createDeliveryHandler(db),
        batch: deliveryBatch,
        spacingMs: deliverySpacingMs,
        concurrency: 1,
      },
      render: {
        handle: (item, context) => render(item, context.signal),
        concurrency: concurrentRenders,
        onFinished: () => checkpoint('run.recorded'),
      },
      maintain: {
        handle: (item) =>
          maintainProject(
            {
              db,
              secrets,
              stateRepository: (repository) => repositories.stateRepository(repository),
            },
            item,
          ),
        concurrency: 1,
      },
      sweep: {
        handle: (item) =>
          sweepProject(
            { db, secrets, providerOf: repositories.providerOf, intervalMs: role.sweepIntervalMs },
            item,
          ),
        concurrency: 1,
      },
    },
  });
  await scheduleSweeps(db);
  worker.start();
  return worker;
}
