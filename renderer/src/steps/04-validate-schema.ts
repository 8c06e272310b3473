import { validateServiceStack, type ServiceStack } from '@codex-k8s/schema';
import type { RenderScope } from '../render-scope.ts';
import { reportViolations } from '../contract/index.ts';
import { resolvePath } from '../paths/index.ts';
import { checkProductionNamespace } from '../safeguards/index.ts';
import { hasTemplate } from '../template/index.ts';
import {
  child,
  itemsOf,
  stringOf,
  toValue,
  at,
  type YamlMap,
  type YamlNode,
} from '../yaml/index.ts';
import type { MergedStack } from './03-merge-components.ts';

/** A stack that follows the contract, as far as that can be told before templates are executed. */
export interface ValidatedStack {
  value: ServiceStack;
  root: YamlMap;
  environments: YamlNode | undefined;
}

/** Where templates are executed; anywhere else they would be taken literally. */
const templatePlaces = [
  /^spec\/vars\/[^/]+\/default$/,
  /^spec\/versions\//,
  /^spec\/environments\/[^/]+\/(?:(?:namespaceTemplate|domainTemplate|imagePullPolicy)$|vars\/|labels\/)/,
  /^spec\/images\//,
  /^spec\/instanceScope\/marker$/,
  /^spec\/orchestration\/(?:readiness|cleanupPolicy)\//,
  /^spec\/secrets\/\d+\/(?:source|slotAccess|keys\/\d+)$/,
  /^spec\/components\/\d+\/serviceDefaults\//,
  /^spec\/(?:infrastructure|services)\/\d+\/(?!name$|use\/)/,
];

/** Step 4: checks the merged stack against the JSON Schema. */
export function validateSchema(
  scope: RenderScope,
  { root, environments }: MergedStack,
): ValidatedStack | undefined {
  const before = scope.findings.errors;
  const value = toValue(root);
  const validation = validateServiceStack(value);
  if (!validation.ok) reportViolations(scope.findings, root, validation.errors);
  reportMisplacedTemplates(scope, root, []);
  reportMissingAfterMerge(scope, root);
  reportRepeatedKeys(scope, root);
  reportDocuments(scope, root);
  checkProductionNamespace(scope.findings, root);
  if (scope.findings.errors > before) return undefined;
  // What is left are template scalars where a typed value is due; step 8 checks their results.
  return { value: trusted(value), root, environments };
}

function reportMisplacedTemplates(
  scope: RenderScope,
  node: YamlNode,
  path: (string | number)[],
): void {
  if (node.kind === 'scalar') {
    if (typeof node.value !== 'string' || !hasTemplate(node.value)) return;
    const text = path.join('/');
    if (!templatePlaces.some((place) => place.test(text)))
      scope.findings.report('misplaced-template', node, 'templates are not executed here');
    return;
  }
  if (isTemplatedThroughout(path)) return;
  const steps = node.kind === 'seq' ? node.items.entries() : node.entries.entries();
  for (const [step, inner] of steps) {
    path.push(step);
    reportMisplacedTemplates(scope, 'key' in inner ? inner.value : inner, path);
    path.pop();
  }
}

/** Whether templates may stand anywhere below a place: most of a large stack need not be searched. */
function isTemplatedThroughout(path: readonly (string | number)[]): boolean {
  const [root, block, , field] = path;
  if (path.length !== 4 || root !== 'spec') return false;
  return (
    (block === 'services' || block === 'infrastructure') && field !== 'name' && field !== 'use'
  );
}

/** What a rule is about may stand once only: a second rule would never be looked at. */
function reportRepeatedKeys(scope: RenderScope, root: YamlMap): void {
  for (const [path, field] of [
    [['spec', 'secretResolution', 'keyOverrides'], 'sourceKey'],
    [['spec', 'projectDocs'], 'path'],
  ] as const) {
    const seen = new Set<string>();
    for (const item of itemsOf(at(root, path))) {
      const node = child(item, field);
      const key = JSON.stringify([stringOf(child(item, 'repository')), stringOf(node)]);
      if (node !== undefined && seen.has(key))
        scope.findings.report(
          'duplicate-name',
          node,
          `${path.join('.')} has two items for ${stringOf(node) ?? ''}`,
        );
      seen.add(key);
    }
  }
}

function reportDocuments(scope: RenderScope, root: YamlMap): void {
  for (const item of itemsOf(at(root, ['spec', 'projectDocs']))) {
    const node = child(item, 'path');
    const path = stringOf(node);
    if (node !== undefined && path !== undefined && resolvePath('', path) === undefined)
      scope.findings.report('outside-root', node, `${path} leads outside of the repository`);
  }
}

/** Fields that a component may give: required once everything is merged. */
function reportMissingAfterMerge(scope: RenderScope, root: YamlMap): void {
  for (const service of itemsOf(at(root, ['spec', 'services']))) {
    const name = stringOf(child(service, 'name')) ?? '?';
    const usesComponents = child(service, 'use') !== undefined;
    if (usesComponents && child(service, 'codeUpdateStrategy') === undefined) {
      const message = `service ${name} has no codeUpdateStrategy, neither of its own nor from a component`;
      const hint = 'Add codeUpdateStrategy: hot-reload, rebuild or restart.';
      scope.findings.report('missing-field', service, message, { hint });
    }
  }
  for (const list of ['infrastructure', 'services'] as const) {
    for (const unit of itemsOf(at(root, ['spec', list]))) {
      const workload = child(unit, 'workload');
      if (workload !== undefined && child(workload, 'image') === undefined)
        scope.findings.report('missing-field', workload, 'the workload names no image');
    }
  }
}

function trusted(value: unknown): ServiceStack {
  // oxlint-disable-next-line no-unsafe-type-assertion -- every violation but template scalars was reported
  return value as ServiceStack;
}
