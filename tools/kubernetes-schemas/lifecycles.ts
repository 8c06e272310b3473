import { readdir, readFile } from 'node:fs/promises';

interface Lifecycle {
  deprecated: string;
  /** `-` when no release removes it. */
  removed: string;
  /** `<apiVersion> <kind>`; empty when there is none. */
  replacement: string;
}

/** Kinds that only travel in requests. */
const undeclarable = new Set(['AdmissionReview', 'DeploymentRollback', 'Eviction', 'Scale']);

const method =
  /^func \(in \*(\w+)\) APILifecycle(Deprecated|Removed|Replacement)\(\)[^{]*\{\n\treturn (.*)$/gm;

/**
 * What is only told in the guide: these types left the sources, or live outside of k8s.io/api.
 * Source: https://kubernetes.io/docs/reference/using-api/deprecation-guide/
 */
const guide: Readonly<Record<string, string>> = {
  'apiextensions.k8s.io/v1beta1 CustomResourceDefinition':
    '1.16 1.22 apiextensions.k8s.io/v1 CustomResourceDefinition',
  'apiregistration.k8s.io/v1beta1 APIService': '1.19 1.22 apiregistration.k8s.io/v1 APIService',
  'batch/v2alpha1 CronJob': '1.21 1.21 batch/v1 CronJob',
  // The sources name a kind that does not exist.
  'networking.k8s.io/v1beta1 IngressClass': '1.19 1.22 networking.k8s.io/v1 IngressClass',
  'v1 ComponentStatus': '1.19 -',
  'v1 Endpoints': '1.33 - discovery.k8s.io/v1 EndpointSlice',
};

/**
 * Kinds of the API that are or will be deprecated, out of the sources of k8s.io/api, as
 * `<deprecated in> <removed in> <replacement>`.
 */
export async function readLifecycles(modules: readonly string[]): Promise<Record<string, string>> {
  const found = new Map<string, string>();
  for (const module of modules) {
    const files = await readdir(module, { recursive: true });
    for (const file of files.filter((path) => path.endsWith('prerelease-lifecycle.go')).toSorted())
      await readPackage(`${module}/${file}`, found);
  }
  for (const [key, lifecycle] of Object.entries(guide)) found.set(key, lifecycle);
  return Object.fromEntries([...found].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

async function readPackage(path: string, found: Map<string, string>): Promise<void> {
  const folder = path.slice(0, path.lastIndexOf('/'));
  const version = folder.slice(folder.lastIndexOf('/') + 1);
  const register = await readFile(`${folder}/register.go`, 'utf8');
  const group = /const GroupName = "(.*)"/.exec(register)?.[1] ?? '';
  const apiVersion = apiVersionOf(group, version);
  const own = new Map<string, Lifecycle>();
  for (const [, kind = '', what, result = ''] of (await readFile(path, 'utf8')).matchAll(method)) {
    const entry = own.get(kind) ?? { deprecated: '-', removed: '-', replacement: '' };
    if (what === 'Deprecated') entry.deprecated = result.replace(', ', '.');
    else if (what === 'Removed') entry.removed = result.replace(', ', '.');
    else entry.replacement = replacement(result);
    own.set(kind, entry);
  }
  for (const [kind, lifecycle] of own) {
    const { deprecated, removed, replacement: instead } = lifecycle;
    if (!kind.endsWith('List') && !undeclarable.has(kind))
      found.set(`${apiVersion} ${kind}`, `${deprecated} ${removed} ${instead}`.trimEnd());
  }
}

function replacement(result: string): string {
  const part = (name: string) => new RegExp(`${name}: "([^"]*)"`).exec(result)?.[1] ?? '';
  return `${apiVersionOf(part('Group'), part('Version'))} ${part('Kind')}`;
}

function apiVersionOf(group: string, version: string): string {
  return group === '' ? version : `${group}/${version}`;
}
