import { createLinkMinter, createPrivateServer, createPublicServer } from '@codex-k8s/api';
import type { Readiness } from '@codex-k8s/api';
import {
  createDeliveryIntake,
  getRun,
  interpretDelivery,
  listEnvironments,
  listObjects,
  listRuns,
  openChangeStream,
  openRepositoryDirectory,
  repositoryRef,
  stateDiff,
  stateRepositoryRow,
} from '@codex-k8s/controller';
import type { Parts } from './parts.ts';

/** The two listeners of the api role, open. */
export interface ApiRole {
  /** Origin of the webhook ingress. */
  publicUrl: string;
  /** Origin of the staff API and the portal. */
  privateUrl: string;
  /** A new one-time link into the portal. */
  mintLink(): string;
  stop(): Promise<void>;
}

/** What the api role needs beside the shared parts. */
export interface ApiRoleOptions {
  readiness: Readiness;
  /** Clusters whose pods are simulated; whatever shows them says so. */
  simulatedClusters: ReadonlySet<string>;
  portalDirectory?: string;
  /** Host names and ports to listen on; port 0 takes a free one. */
  publicListen: { host: string; port: number };
  privateListen: { host: string; port: number };
  onError(error: unknown): void;
}

/** Opens the public and the private listener over the controller's use cases. */
export async function startApiRole(parts: Parts, options: ApiRoleOptions): Promise<ApiRole> {
  const { db, secrets, config, telemetry, repositories } = parts;
  const directory = await openRepositoryDirectory(db, secrets);
  const intake = createDeliveryIntake(db, { checkpoint: parts.checkpoint, telemetry });
  const changes = await openChangeStream(db);
  const links = createLinkMinter({ installToken: parts.data.installToken });
  const publicServer = createPublicServer({
    ports: {
      findRepository: (fullName) => directory.find(fullName),
      interpret: interpretDelivery,
      acceptDelivery: (delivery) => intake.accept(delivery),
    },
    telemetry,
    bodyLimit: config.webhookMaxBodyBytes,
    onError: options.onError,
  });
  const privateServer = await createPrivateServer({
    views: {
      listEnvironments: () => listEnvironments(db, options.simulatedClusters),
      listObjects: (environmentId) => listObjects(db, environmentId),
      listRuns: (filter) => listRuns(db, filter),
      getRun: (id) => getRun(db, id),
      getStateDiff: (environmentId, commit) =>
        stateDiff(
          {
            db,
            async stateRepositoryOf(id) {
              const row = await stateRepositoryRow(db, id);
              return row && repositories.stateRepository(repositoryRef(row, secrets));
            },
          },
          environmentId,
          commit,
        ),
    },
    changes,
    readiness: options.readiness,
    registry: parts.registry,
    installToken: parts.data.installToken,
    links,
    ...(options.portalDirectory === undefined ? {} : { portalDirectory: options.portalDirectory }),
    onError: options.onError,
  });
  const publicAddress = await publicServer.listen(options.publicListen);
  const privateAddress = await privateServer.listen(options.privateListen);
  return {
    publicUrl: publicAddress.url,
    privateUrl: privateAddress.url,
    mintLink: () => links.mintLink(privateAddress.url),
    async stop() {
      await publicServer.close();
      await privateServer.close();
      await intake.close();
      await changes.close();
      await directory.close();
    },
  };
}
