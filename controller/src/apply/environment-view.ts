import {
  reflect,
  type ClusterConnection,
  type ClusterError,
  type KubernetesObject,
  type Reflection,
} from '../kubernetes/index.ts';
import type { Sight } from './drift.ts';
import { hasHealthRule } from './health.ts';
import { groupKind, objectKey } from './identity.ts';
import { isOlder, observe, type Observation } from './observation.ts';
import type { ObjectIdentity } from './types.ts';

export interface EnvironmentViewOptions {
  cluster: ClusterConnection;
  /** Selects the environment's objects. */
  labelSelector: string;
  manager: string;
  /** Something that is seen has changed. */
  onChange(): void;
  /** A watch is open (again). */
  onConnected(): void;
  onDisconnected(error: ClusterError): void;
}

/** What is seen of one environment's objects, kept up to date by watches: nothing is asked twice. */
export interface EnvironmentView {
  /** Watches the kinds of these objects, in their namespaces, from now on. */
  follow(objects: Iterable<ObjectIdentity>): void;
  sight(key: string, object: ObjectIdentity): Sight;
  /** Takes in the answer to our own write, which may be ahead of the watch. */
  remember(object: KubernetesObject): Observation;
  /** Takes in that our own delete was accepted, which may be ahead of the watch. */
  forget(seen: Observation): void;
  observations(): Iterable<Observation>;
  /** Kinds that may not be watched, with the reason: their drift and health go unseen. */
  troubles(): string[];
  /** Whether every watch has told its first list. */
  isComplete(): boolean;
  stop(): Promise<void>;
}

const mostGraves = 10_000;

interface Following {
  reflection: Reflection;
  synced: boolean;
  trouble: string | undefined;
}

/** Opens no watch before `follow`: one per kind and namespace, full objects only for kinds with health rules. */
export function createEnvironmentView(options: EnvironmentViewOptions): EnvironmentView {
  const { cluster, labelSelector, manager } = options;
  const followings = new Map<string, Following>();
  const seen = new Map<string, { observation: Observation; place: string }>();
  /** Deletions that a late answer to an earlier write must not undo: key → resource version. */
  const graves = new Map<string, string>();

  function take(object: KubernetesObject): Observation {
    const { name, namespace, resourceVersion } = object.metadata;
    const { apiVersion, kind } = object;
    const key = objectKey({
      apiVersion,
      kind,
      name,
      ...(namespace === undefined ? {} : { namespace }),
    });
    const known = seen.get(key)?.observation;
    // The watch repeats what the answer to our own write has told already.
    if (known?.resourceVersion === resourceVersion) return known;
    const observation = observe(object, manager);
    const grave = graves.get(key);
    if (known !== undefined && isOlder(resourceVersion, known.resourceVersion)) return known;
    if (grave !== undefined && isOlder(resourceVersion, grave)) return observation;
    graves.delete(key);
    seen.set(key, { observation, place: placeOf(observation) });
    return observation;
  }

  function drop(key: string, resourceVersion: string): void {
    const known = seen.get(key)?.observation;
    if (known !== undefined && isOlder(resourceVersion, known.resourceVersion)) return;
    seen.delete(key);
    // They matter for the moments between an answer and the watch: old ones may go.
    if (graves.size >= mostGraves) graves.clear();
    graves.set(key, resourceVersion);
  }

  function followPlace(place: string, object: ObjectIdentity): void {
    const { apiVersion, kind, namespace } = object;
    const collection = { apiVersion, kind, ...(namespace === undefined ? {} : { namespace }) };
    const following: Following = {
      synced: false,
      trouble: undefined,
      reflection: reflect(
        cluster,
        collection,
        {
          replaced(objects, resourceVersion) {
            const listed = new Set(objects.map((entry) => take(entry).key));
            for (const [key, entry] of seen) {
              if (entry.place === place && !listed.has(key)) drop(key, resourceVersion);
            }
            following.synced = true;
            options.onChange();
          },
          changed(changed) {
            take(changed);
            options.onChange();
          },
          deleted(deleted) {
            const { key, resourceVersion } = observe(deleted, manager);
            drop(key, resourceVersion);
            options.onChange();
          },
          connected() {
            following.trouble = undefined;
            options.onConnected();
          },
          disconnected(error) {
            // What does not pass by itself is told; a kind may go away with its definition.
            const passes = error.retryable || error.kind === 'no-match';
            following.trouble = passes ? undefined : error.message;
            options.onDisconnected(error);
          },
        },
        { labelSelector, metadataOnly: !hasHealthRule(apiVersion, kind) },
      ),
    };
    followings.set(place, following);
  }

  return {
    follow(objects) {
      for (const object of objects) {
        const place = placeOf(object);
        if (!followings.has(place)) followPlace(place, object);
      }
    },

    sight(key, object) {
      const known = seen.get(key);
      if (known !== undefined) return known.observation;
      return followings.get(placeOf(object))?.synced === true ? 'absent' : 'unseen';
    },

    remember: take,

    forget({ key, uid }) {
      if (seen.get(key)?.observation.uid === uid) seen.delete(key);
    },

    *observations() {
      for (const { observation } of seen.values()) yield observation;
    },

    troubles: () => [...followings.values()].flatMap(({ trouble }) => trouble ?? []),

    isComplete: () => [...followings.values()].every((following) => following.synced),

    async stop() {
      await Promise.all([...followings.values()].map(({ reflection }) => reflection.stop()));
    },
  };
}

function placeOf(object: ObjectIdentity): string {
  return `${groupKind(object)} ${object.namespace ?? ''}`;
}
