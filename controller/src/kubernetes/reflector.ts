import { ClusterError } from './cluster-error.ts';
import type { ClusterConnection, Collection, KubernetesObject } from './types.ts';

/** Who is told what a reflection sees. Calls come one after the other, never after `stop` returned. */
export interface ReflectionTarget {
  /** The whole collection as of `resourceVersion`: what is older and not in it is gone. */
  replaced(objects: KubernetesObject[], resourceVersion: string): void;
  changed(object: KubernetesObject): void;
  deleted(object: KubernetesObject): void;
  /** The stream is open (again). */
  connected?(): void;
  /** The stream broke or could not be opened; it is opened again with backoff. */
  disconnected?(error: ClusterError): void;
}

export interface ReflectOptions {
  labelSelector?: string;
  metadataOnly?: boolean;
  /** First pause after a failure; doubles up to 5 s. */
  backoffMs?: number;
}

export interface Reflection {
  /** Ends when the first list has been told, or with `stop`. */
  readonly synced: Promise<void>;
  stop(): Promise<void>;
}

const longestPauseMs = 5_000;

/** Keeps telling the state of one collection: list, watch from there, list again when the position is too old. */
export function reflect(
  connection: ClusterConnection,
  collection: Collection,
  target: ReflectionTarget,
  options: ReflectOptions = {},
): Reflection {
  const { labelSelector, metadataOnly = false, backoffMs = 100 } = options;
  const ending = new AbortController();
  const { signal } = ending;
  const synced = Promise.withResolvers<void>();
  const selection = { metadataOnly, ...(labelSelector === undefined ? {} : { labelSelector }) };
  let position: string | undefined;
  let failures = 0;

  async function follow(): Promise<void> {
    if (position === undefined) {
      const listed = await connection.list(collection, { ...selection, signal });
      if (signal.aborted) return;
      target.replaced(listed.items, listed.resourceVersion);
      position = listed.resourceVersion;
      synced.resolve();
    }
    const events = connection.watch(collection, {
      ...selection,
      resourceVersion: position,
      signal,
    });
    for await (const event of events) {
      if (signal.aborted) return;
      failures = 0;
      if (event.type === 'opened') {
        target.connected?.();
        continue;
      }
      position =
        event.type === 'bookmark' ? event.resourceVersion : event.object.metadata.resourceVersion;
      if (event.type === 'deleted') target.deleted(event.object);
      else if (event.type !== 'bookmark') target.changed(event.object);
    }
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      const startedAt = performance.now();
      try {
        await follow();
        if (performance.now() - startedAt > 1_000) continue;
        // A stream that the server ends at once must not become a busy loop.
        failures = Math.max(failures, 3);
      } catch (error) {
        if (signal.aborted) return;
        const failure = asClusterError(error, collection);
        // Anything that is not a broken connection makes the position doubtful.
        if (failure.kind !== 'unavailable' && failure.kind !== 'deadline') position = undefined;
        target.disconnected?.(failure);
      }
      failures += 1;
      const pause = Math.min(backoffMs * 2 ** Math.min(failures - 1, 10), longestPauseMs);
      await pauseFor(pause * (0.75 + Math.random() / 2), signal);
    }
  }

  const running = run();
  return {
    synced: synced.promise,
    async stop() {
      ending.abort();
      await running;
      synced.resolve();
    },
  };
}

function asClusterError(error: unknown, collection: Collection): ClusterError {
  if (error instanceof ClusterError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new ClusterError('unavailable', message, {
    about: `watch ${collection.kind}`,
    cause: error,
  });
}

function pauseFor(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  const onAbort = () => resolve();
  signal.addEventListener('abort', onAbort, { once: true });
  return promise.finally(() => {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  });
}
