import { hostname } from 'node:os';
import { randomUUID } from 'node:crypto';
import { createMetricsRegistry, createTelemetry } from '@codex-k8s/api';
import {
  createOpenRepositories,
  createSecretStore,
  loadOrCreateKeyFile,
  openDatabase,
  releaseAllLeases,
} from '@codex-k8s/controller';
import type {
  Checkpoint,
  Database,
  OpenRepositories,
  SecretStore,
  Telemetry,
} from '@codex-k8s/controller';
import type { Config } from '../config.ts';
import { openDataDirectory } from '../local/index.ts';
import type { DataDirectory } from '../local/index.ts';
import { timedDatabase } from './timed-database.ts';

/** What every role of one process shares. */
export interface Parts {
  config: Config;
  /** Unique name of this process: the owner of its leases. */
  name: string;
  data: DataDirectory;
  db: Database;
  secrets: SecretStore;
  repositories: OpenRepositories;
  registry: ReturnType<typeof createMetricsRegistry>;
  telemetry: Telemetry;
  checkpoint: Checkpoint;
  close(): Promise<void>;
}

/** Opens the data directory, the database (migrated), the key and the repositories of one process. */
export async function openParts(config: Config, checkpoint: Checkpoint): Promise<Parts> {
  const data = await openDataDirectory(config.dataDirectory, config.installTokenFile);
  const registry = createMetricsRegistry();
  const telemetry = createTelemetry(registry);
  const opened = await openDatabase(
    config.databaseUrl === undefined
      ? { pgliteDirectory: data.database }
      : { url: config.databaseUrl },
    {
      migrate: true,
      poolSize: config.databasePoolSize,
    },
  );
  const db = timedDatabase(opened, telemetry);
  try {
    // The embedded database's lock proves that no other process works on it: what a died one held is free.
    if (db.kind === 'pglite') await releaseAllLeases(db);
    const key = await loadOrCreateKeyFile(config.encryptionKeyFile ?? data.keyFile);
    const repositories = createOpenRepositories({ dataDirectory: data.path, checkpoint });
    return {
      config,
      name: `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`,
      data,
      db,
      secrets: createSecretStore(db, key),
      repositories,
      registry,
      telemetry,
      checkpoint,
      async close() {
        await repositories.close();
        await db.close();
      },
    };
  } catch (error) {
    await db.close();
    throw error;
  }
}
