import type { ClusterConnection } from '../kubernetes/index.ts';
import { createApplyLoop } from '../apply/index.ts';
import type { DesiredState, EnvironmentTarget } from '../apply/index.ts';
import type { Checkpoint } from '../checkpoints/index.ts';
import type { Database } from '../database/index.ts';
import { CodexError } from '../errors/index.ts';
import type { ErrorData } from '../errors/index.ts';
import { createPostgresLedger, createPostgresWorkSource } from '../ledger/index.ts';
import { repositoryRef } from '../runs/index.ts';
import type { SecretStore } from '../secrets/index.ts';
import type { StateRepository } from '../state-repo/index.ts';
import type { Telemetry } from '../telemetry/index.ts';
import { stateRepositoryRow } from '../views/index.ts';
import type { RunningRole } from './controller-role.ts';
import type { OpenRepositories } from './repositories.ts';

/** What the apply role is made of: one cluster, reached by one connection. */
export interface ApplyRole {
  name: string;
  db: Database;
  secrets: SecretStore;
  repositories: OpenRepositories;
  cluster: { name: string; connection: ClusterConnection };
  checkpoint: Checkpoint;
  telemetry: Telemetry;
  workLeaseMs: number;
  environmentLeaseMs: number;
  /** Told of failures that are repeated by themselves. */
  onError(error: ErrorData): void;
}

/** Starts bringing the environments of one cluster to their state branches. */
export async function startApplyRole(role: ApplyRole): Promise<RunningRole> {
  const work = createPostgresWorkSource(role.db, {
    owner: role.name,
    clusters: [role.cluster.name],
    workLeaseMs: role.workLeaseMs,
    environmentLeaseMs: role.environmentLeaseMs,
  });
  const loop = createApplyLoop({
    work,
    ledger: createPostgresLedger(role.db),
    desired: (environmentId) => desiredState(role, environmentId),
    cluster: role.cluster.connection,
    checkpoint: role.checkpoint,
    telemetry: role.telemetry,
    onError: role.onError,
  });
  loop.start();
  return {
    async stop() {
      await loop.stop();
      await work.close();
    },
  };
}

/** The state repository of an environment, as the apply loop reads it. */
async function desiredState(role: ApplyRole, environmentId: string): Promise<DesiredState> {
  const row = await stateRepositoryRow(role.db, environmentId);
  if (!row)
    throw new CodexError({
      code: 'CK-ENGINE-002',
      message: `environment ${environmentId} has no state repository`,
      hint: 'register the project’s state repository',
    });
  return overStateRepository(
    await role.repositories.stateRepository(repositoryRef(row, role.secrets)),
  );
}

const overStateRepository = (state: StateRepository): DesiredState => ({
  async head(environment: EnvironmentTarget) {
    await state.refresh();
    const branch = await state.readBranch(environment.branch);
    return branch && { commit: branch.head, stacks: branch.stacks };
  },
  descendsFrom: (commit, ancestor) => state.descendsFrom(commit, ancestor),
  readPlan: (commit, stack) => state.readPlan(commit, stack),
  listFiles: (commit, stack) => state.listFiles(commit, stack),
  readFile: (oid) => state.readFile(oid),
});
