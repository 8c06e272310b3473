import { createDefinitions, type CompactSchemas } from './compact.ts';
import { compareVersions, parseVersion } from './kubernetes-version.ts';
import type { Shape } from './shape.ts';

/** What the API of one Kubernetes version knows. */
export interface ApiCatalog {
  /** Minor whose schemas these are, such as `1.36`. */
  version: string;
  /** Shape of a kind; undefined when this version does not have it. */
  find(apiVersion: string, kind: string): Shape | undefined;
  /** Whether an API group is part of Kubernetes itself. */
  hasGroup(group: string): boolean;
  /** `<apiVersion> <kind>` of everything there is. */
  kinds(): readonly string[];
  /** Metadata of any object. */
  objectMeta: Shape;
}

/** Minors whose schemas are bundled, oldest first. */
export const bundledVersions = ['1.34', '1.35', '1.36'] as const;
type BundledVersion = (typeof bundledVersions)[number];

const newest: BundledVersion = '1.36';
const loaders: Readonly<Record<BundledVersion, () => Promise<{ default: CompactSchemas }>>> = {
  '1.34': () => import('./bundled/kubernetes-1.34.json', { with: { type: 'json' } }),
  '1.35': () => import('./bundled/kubernetes-1.35.json', { with: { type: 'json' } }),
  '1.36': () => import('./bundled/kubernetes-1.36.json', { with: { type: 'json' } }),
};
const loaded = new Map<BundledVersion, Promise<ApiCatalog>>();

/** The Kubernetes version that is meant when none is declared. */
export const defaultKubernetesVersion: string = newest;

/**
 * The catalog of a version, or of the bundled one that is nearest to it.
 *
 * @param wanted `1.36`, `v1.36.4` and the like
 */
export function loadCatalog(wanted: string): Promise<ApiCatalog> {
  const version = nearestBundled(wanted);
  let catalog = loaded.get(version);
  if (catalog === undefined) {
    catalog = loaders[version]().then((module) => createCatalog(version, module.default));
    loaded.set(version, catalog);
  }
  return catalog;
}

function nearestBundled(wanted: string): BundledVersion {
  const parsed = parseVersion(wanted);
  if (parsed === undefined) return newest;
  const atLeast = bundledVersions.find((bundled) => compareVersions(bundled, parsed) >= 0);
  return atLeast ?? newest;
}

function createCatalog(version: string, schemas: CompactSchemas): ApiCatalog {
  const shapeOf = createDefinitions(schemas);
  let groups: Set<string> | undefined;
  return {
    version,
    find(apiVersion, kind) {
      const key = `${apiVersion} ${kind}`;
      const name = Object.hasOwn(schemas.kinds, key) ? schemas.kinds[key] : undefined;
      return name === undefined ? undefined : shapeOf(name);
    },
    hasGroup(group) {
      groups ??= new Set(
        Object.keys(schemas.kinds).map((key) => (/^\S+(?=\/)/.exec(key) ?? [''])[0]),
      );
      return groups.has(group);
    },
    kinds: () => Object.keys(schemas.kinds),
    objectMeta: shapeOf('meta.v1.ObjectMeta'),
  };
}
