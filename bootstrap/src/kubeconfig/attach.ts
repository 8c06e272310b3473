import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { BootstrapError } from '../errors/index.ts';

/** A cluster named on purpose: a file, a context, or both. */
export interface AttachOptions {
  /** Default `~/.kube/config`, which is read only when a context of it is named. */
  kubeconfig?: string;
  /** May be left out only where the file has exactly one context. */
  context?: string;
}

/** An existing cluster; nothing is started, so nothing is stopped either. */
export interface AttachedCluster {
  kubeconfigPath: string;
  context: string;
  server: string;
  simulated: false;
}

/**
 * Finds the named cluster. The current context is never used silently: a file with several contexts
 * needs a name.
 * @throws BootstrapError `CK-KUBECONFIG-001` unreadable, `-002` no such context, `-003` ambiguous
 */
export async function attachCluster(options: AttachOptions): Promise<AttachedCluster> {
  const { kubeconfig, context } = options;
  if (kubeconfig === undefined && context === undefined)
    throw new BootstrapError({
      code: 'CK-KUBECONFIG-003',
      message: 'no cluster is named',
      hint: 'give --kubeconfig FILE, --context NAME or both',
    });
  const path = kubeconfig ?? join(homedir(), '.kube', 'config');
  const contexts = readContexts(await readKubeconfig(path), path);
  const names = [...contexts.keys()];
  const name = context ?? (names.length === 1 ? names[0] : undefined);
  if (name === undefined)
    throw new BootstrapError({
      code: 'CK-KUBECONFIG-003',
      message: `${path} has ${names.length} contexts and none is named`,
      where: { kubeconfig: path },
      hint:
        names.length === 0
          ? 'add a context to it'
          : `give --context with one of: ${names.join(', ')}`,
    });
  const server = contexts.get(name);
  if (server === undefined)
    throw new BootstrapError({
      code: 'CK-KUBECONFIG-002',
      message: `${path} has no context ${name}`,
      where: { kubeconfig: path, context: name },
      hint: names.length === 0 ? 'it has none at all' : `it has: ${names.join(', ')}`,
    });
  return { kubeconfigPath: path, context: name, server, simulated: false };
}

async function readKubeconfig(path: string): Promise<unknown> {
  try {
    const value: unknown = parse(await readFile(path, 'utf8'));
    return value;
  } catch (error) {
    throw new BootstrapError(
      {
        code: 'CK-KUBECONFIG-001',
        message: `${path} cannot be read as a kubeconfig`,
        where: { kubeconfig: path },
        hint: 'give --kubeconfig with a readable kubeconfig file',
      },
      { cause: error },
    );
  }
}

/** Context name → server of its cluster. */
function readContexts(config: unknown, path: string): Map<string, string> {
  const servers = new Map(
    namedEntries(config, 'clusters', 'cluster').map(([name, cluster]) => [
      name,
      textAt(cluster, 'server'),
    ]),
  );
  const contexts = new Map<string, string>();
  for (const [name, context] of namedEntries(config, 'contexts', 'context')) {
    const cluster = textAt(context, 'cluster');
    const server = cluster === undefined ? undefined : servers.get(cluster);
    if (server !== undefined) contexts.set(name, server);
  }
  if (typeof config !== 'object' || config === null)
    throw new BootstrapError({
      code: 'CK-KUBECONFIG-001',
      message: `${path} is not a kubeconfig`,
      where: { kubeconfig: path },
      hint: 'give --kubeconfig with a kubeconfig file',
    });
  return contexts;
}

function namedEntries(config: unknown, list: string, field: string): [string, unknown][] {
  const items = valueAt(config, list);
  if (!Array.isArray(items)) return [];
  return items.flatMap((item: unknown): [string, unknown][] => {
    const name = textAt(item, 'name');
    return name === undefined ? [] : [[name, valueAt(item, field)]];
  });
}

function valueAt(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

function textAt(value: unknown, key: string): string | undefined {
  const text = valueAt(value, key);
  return typeof text === 'string' ? text : undefined;
}
