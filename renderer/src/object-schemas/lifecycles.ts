import { compareVersions } from './kubernetes-version.ts';

/** What becomes of an API in one Kubernetes version. */
export interface Lifecycle {
  state: 'deprecated' | 'removed';
  /** Version since which that holds. */
  since: string;
  /** Version that removes it; undefined when none is named. */
  removedIn: string | undefined;
  /** `<apiVersion> <kind>` to use instead; undefined when there is none. */
  replacement: string | undefined;
}

/** `<deprecated in> <removed in> <replacement>` by `<apiVersion> <kind>`; `-` where none is named. */
export type LifecycleTable = Readonly<Record<string, string>>;

let loaded: Promise<LifecycleTable> | undefined;

/**
 * Everything that was or will be deprecated.
 * Source: the release markers in k8s.io/api (`prerelease-lifecycle`), and
 * https://kubernetes.io/docs/reference/using-api/deprecation-guide/ for what left the sources.
 */
export function loadLifecycles(): Promise<LifecycleTable> {
  loaded ??= import('./bundled/lifecycles.json', { with: { type: 'json' } }).then(
    (module) => module.default,
  );
  return loaded;
}

/** What a version says of an API; undefined when it is fine. */
export function lifecycleOf(
  table: LifecycleTable,
  apiVersion: string,
  kind: string,
  version: string,
): Lifecycle | undefined {
  const key = `${apiVersion} ${kind}`;
  const entry = Object.hasOwn(table, key) ? table[key] : undefined;
  if (entry === undefined) return undefined;
  const [deprecated = '-', removed = '-', ...rest] = entry.split(' ');
  const common = {
    removedIn: removed === '-' ? undefined : removed,
    replacement: rest.length === 0 ? undefined : rest.join(' '),
  };
  if (removed !== '-' && compareVersions(removed, version) <= 0)
    return { state: 'removed', since: removed, ...common };
  if (deprecated !== '-' && compareVersions(deprecated, version) <= 0)
    return { state: 'deprecated', since: deprecated, ...common };
  return undefined;
}
