import type { PlanImage, PlanSnapshot, ServiceUnit } from '@codex-k8s/schema';
import { sha256 } from '../hash/index.ts';
import {
  buildImage,
  openLock,
  sourceContents,
  type ResolvedImage,
  type SourceContent,
} from '../images/index.ts';
import { resolvePath } from '../paths/index.ts';
import type { RenderScope } from '../render-scope.ts';
import { child, itemsOf, keyPlace, stringOf, type YamlNode } from '../yaml/index.ts';

/** How new code reaches the pods of a unit, as far as it shows in what is rendered. */
export type CodeUpdate =
  /** Nothing beside the images: `rebuild`, and units without a strategy. */
  | { kind: 'none' }
  /** New pods when some sources change: `restart`. */
  | { kind: 'restart'; content: string }
  /** A snapshot of the source, mounted: `hot-reload`. */
  | {
      kind: 'hot-reload';
      snapshot: PlanSnapshot;
      mountPath: string;
      /** In place of command and args of the workload. */
      command: readonly string[] | undefined;
      /** The image with the tools of development; undefined: that of the workload. */
      image: PlanImage | undefined;
    };

/** What is looked at of a unit. */
export interface UpdatedUnit {
  name: string;
  value: Pick<ServiceUnit, 'workload' | 'codeUpdateStrategy' | 'hotReload' | 'restart'>;
  node: YamlNode;
}

/** What is looked at of the environment and its images. */
export interface UpdateTarget {
  environment: { name: string; isProtected: boolean; isProduction: boolean };
  images: ReadonlyMap<string, ResolvedImage>;
}

const nothing: CodeUpdate = { kind: 'none' };

/** Finds out what the strategy of a unit does to it; what is wrong is reported. Source: design §3.10. */
export async function resolveCodeUpdate(
  scope: RenderScope,
  unit: UpdatedUnit,
  target: UpdateTarget,
): Promise<CodeUpdate> {
  switch (unit.value.codeUpdateStrategy) {
    case 'restart':
      return resolveRestart(scope, unit);
    case 'hot-reload':
      return resolveHotReload(scope, unit, target);
    case 'rebuild':
    case undefined:
  }
  return nothing;
}

async function resolveRestart(scope: RenderScope, unit: UpdatedUnit): Promise<CodeUpdate> {
  const sources = child(child(unit.node, 'restart'), 'sources');
  if (sources === undefined) {
    const message = `${unit.name} is restart, and says of no source that it restarts it`;
    scope.findings.report('nothing-to-watch', strategyOf(unit), message);
    return nothing;
  }
  const contents = await sourceContents(scope, itemsOf(sources).flatMap(pathAt), (place, message) =>
    scope.findings.report('no-match', place, message),
  );
  return { kind: 'restart', content: contentOf(contents) };
}

/** One value for the content of some sources: where they lie counts, the order does not. */
export function contentOf(contents: readonly SourceContent[]): string {
  const pairs = contents.map(({ path, id }) => `${path}\0${id}\0`).toSorted();
  return sha256(pairs.join('')).slice(0, 40);
}

async function resolveHotReload(
  scope: RenderScope,
  unit: UpdatedUnit,
  target: UpdateTarget,
): Promise<CodeUpdate> {
  const { findings } = scope;
  const before = findings.errors;
  if (target.environment.isProduction) {
    const { name } = target.environment;
    const message = `${unit.name} is hot-reload, and ${name} is a production environment`;
    findings.report('hot-reload-in-production', strategyOf(unit), message);
  }
  const { hotReload, workload } = unit.value;
  const node = child(unit.node, 'hotReload');
  if (hotReload === undefined || node === undefined) {
    const message = `${unit.name} is hot-reload, and says nothing of its source`;
    const hint = 'Declare hotReload: source, mountPath and what else the service needs for it.';
    findings.report('nothing-to-watch', strategyOf(unit), message, { hint });
    return nothing;
  }
  if (workload?.image === undefined) {
    const message = `${unit.name} has no typed workload that a snapshot could be mounted in`;
    findings.report('invalid-hot-reload', node, message);
    return nothing;
  }
  const { mountPath, command } = hotReload;
  reportClashes(scope, unit, mountPath);
  const snapshot = await snapshotOf(scope, unit, child(node, 'source') ?? node);
  const image = await developmentImage(scope, unit, node, target);
  if (snapshot === undefined || findings.errors > before) return nothing;
  return { kind: 'hot-reload', snapshot, mountPath, command, image };
}

/** The name that the volume of a snapshot has in its pod. */
export const snapshotVolume = 'source-snapshot';

function reportClashes(scope: RenderScope, unit: UpdatedUnit, mountPath: string): void {
  const volumes = child(child(unit.node, 'workload'), 'volumes');
  for (const volume of itemsOf(volumes)) {
    const name = child(volume, 'name');
    const path = child(volume, 'mountPath');
    if (name !== undefined && stringOf(name) === snapshotVolume)
      scope.findings.report(
        'invalid-hot-reload',
        name,
        `the volume of the snapshot of ${unit.name} is named ${snapshotVolume} already`,
      );
    if (path !== undefined && trimmed(stringOf(path) ?? '') === trimmed(mountPath))
      scope.findings.report(
        'invalid-hot-reload',
        path,
        `the snapshot of ${unit.name} is mounted at ${mountPath} already`,
      );
  }
}

function trimmed(path: string): string {
  return path.replace(/\/+$/, '');
}

async function snapshotOf(
  scope: RenderScope,
  unit: UpdatedUnit,
  node: YamlNode,
): Promise<PlanSnapshot | undefined> {
  const written = stringOf(node) ?? '';
  const path = resolvePath(node.source.file, written);
  if (path === undefined) {
    scope.findings.report('outside-root', node, `${written} leads outside of the source`);
    return undefined;
  }
  const tree = await scope.sources.treeHash(path);
  if (tree === undefined) {
    const message = `there is no directory ${path} to mount in ${unit.name}`;
    scope.findings.report('invalid-hot-reload', node, message);
    return undefined;
  }
  return { name: `source-${tree}`, path, tree };
}

/** The workload's image built for development: another stage, and only from what that stage needs. */
async function developmentImage(
  scope: RenderScope,
  unit: UpdatedUnit,
  node: YamlNode,
  { environment, images }: UpdateTarget,
): Promise<PlanImage | undefined> {
  const { hotReload, workload } = unit.value;
  const image = images.get(workload?.image ?? '');
  if (hotReload === undefined || image === undefined) return undefined;
  if (hotReload.target === undefined && hotReload.inputs === undefined) return undefined;
  const { build } = image;
  if (build === undefined) {
    const key = hotReload.target === undefined ? 'inputs' : 'target';
    const message = `hotReload of ${unit.name} has a ${key}, and the image ${image.planned.name} is not built here`;
    scope.findings.report('invalid-hot-reload', keyPlace(node, key), message);
    return undefined;
  }
  const spec = {
    ...build,
    name: `${build.name}.${unit.name}`,
    target: hotReload.target ?? build.target,
    places: { ...build.places, target: child(node, 'target') ?? build.places.target },
  };
  const inputs = child(node, 'inputs');
  const lock = await openLock(scope, environment.isProtected);
  if (inputs === undefined) return buildImage(scope, spec, lock);
  const declared = itemsOf(inputs).flatMap(pathAt);
  for (const { path, from, place } of declared) {
    const resolved = resolvePath(from, path);
    if (resolved === undefined || isBelow(resolved, build.context)) continue;
    const message = `${path} lies outside of the context ${build.context}`;
    scope.findings.report('invalid-hot-reload', place, message);
  }
  const contents = await sourceContents(scope, declared, (place, message) =>
    scope.findings.report('no-match', place, message),
  );
  return buildImage(scope, spec, lock, { inputs: contents });
}

function isBelow(path: string, directory: string): boolean {
  return directory === '' || path === directory || path.startsWith(`${directory}/`);
}

function pathAt(node: YamlNode): { path: string; from: string; place: YamlNode }[] {
  const path = stringOf(node);
  return path === undefined ? [] : [{ path, from: node.source.file, place: node }];
}

function strategyOf(unit: UpdatedUnit): YamlNode {
  return child(unit.node, 'codeUpdateStrategy') ?? unit.node;
}
