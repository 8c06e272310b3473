import type { HelmChart } from '@codex-k8s/schema';
import { printedObjects, type ManifestScope, type ManifestSource } from '../manifests/index.ts';
import type { DeclaredObject } from '../objects/index.ts';
import { child, type YamlNode } from '../yaml/index.ts';
import { checkChart } from './check-chart.ts';
import { findChart, loadChart, type Chart } from './find-chart.ts';
import { withoutHooks } from './hooks.ts';
import { readPrinted } from './printed.ts';
import { reportFailure } from './report-failure.ts';
import { findValuesFiles, readValues, type ChartValues, type ResolvePath } from './values.ts';

/** What a chart is rendered for. */
export interface HelmTarget {
  /** Name of the unit. */
  unit: string;
  namespace: string;
  /** Version of the target cluster, such as 1.36 or 1.36.4. */
  kubernetesVersion: string;
}

/** A chart of a unit, with everything that it is rendered with. */
export interface ChartRelease {
  chart: Chart;
  values: ChartValues;
  settings: HelmChart;
  target: HelmTarget;
}

const encoder = new TextEncoder();

/**
 * A chart as a source of manifests. All that it reads is known beforehand and checked: nothing is
 * fetched, and values without a schema are refused.
 *
 * @param node the `helm` block of a unit, its templates executed
 * @param resolve a path of that block relative to the root; undefined after reporting
 */
export async function helmSource(
  scope: ManifestScope,
  settings: HelmChart,
  node: YamlNode,
  target: HelmTarget,
  resolve: ResolvePath,
): Promise<ManifestSource> {
  const place = await findChart(scope, child(node, 'chart') ?? node, resolve);
  const valuesFiles = findValuesFiles(node, resolve);
  const digests = await Promise.all(valuesFiles.map(({ path }) => scope.sources.digest(path)));
  const key = JSON.stringify([settings, target, place?.directory, place?.tree, digests]);
  return {
    key: `helm ${scope.programs?.versions} ${key}`,
    readsContext: false,
    async objects() {
      const before = scope.findings.errors;
      const chart = place && (await loadChart(scope, place));
      const values = await readValues(scope, node, valuesFiles);
      if (chart === undefined || scope.findings.errors > before) return [];
      const release = { chart, values, settings, target };
      checkChart(scope.findings, chart, values);
      return scope.findings.errors > before ? [] : objectsOf(scope, release, key);
    },
  };
}

async function objectsOf(
  scope: ManifestScope,
  release: ChartRelease,
  key: string,
): Promise<DeclaredObject[]> {
  const { chart, settings } = release;
  const objects = await printedObjects(scope, {
    request: { program: 'helm', args: helmArguments(release), files: filesOf(release) },
    key,
    place: chart.node,
    title: `the chart ${chart.directory}`,
    onFailure: (message) => reportFailure(scope, release, message),
    read: (output) => readPrinted(scope, chart, output),
  });
  return withoutHooks(scope.findings, objects, settings.hooks ?? 'refuse');
}

/** Paths are relative to the directory that the program runs in. */
function helmArguments({ settings, target, values }: ChartRelease): string[] {
  return [
    'template',
    settings.releaseName ?? target.unit,
    './chart',
    '--namespace',
    target.namespace,
    '--kube-version',
    fullVersion(target.kubernetesVersion),
    settings.crds === 'skip' ? '--skip-crds' : '--include-crds',
    ...(settings.apiVersions ?? []).flatMap((version) => ['--api-versions', version]),
    ...values.files.flatMap((_, index) => ['--values', `./values/${index}.yaml`]),
  ];
}

/** `1.36` as a cluster would say it: `1.36.0`. */
function fullVersion(version: string): string {
  return version.replace(/^v?(\d+\.\d+)$/, '$1.0');
}

function filesOf({ chart, values }: ChartRelease): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  for (const [path, bytes] of chart.files) files.set(`chart/${path}`, bytes);
  for (const [index, { text }] of values.files.entries())
    files.set(`values/${index}.yaml`, encoder.encode(text));
  return files;
}
