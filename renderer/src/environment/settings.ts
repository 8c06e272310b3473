import type { Environment, InstanceScope, Orchestration } from '@codex-k8s/schema';
import { checkPart } from '../contract/index.ts';
import { evaluateNode } from '../evaluation/index.ts';
import type { RenderScope } from '../render-scope.ts';
import type { TemplateContext } from '../template/index.ts';
import { at, child, type Value, type YamlMap, type YamlNode } from '../yaml/index.ts';
import { secondsOf } from './duration.ts';

/** What an environment and the orchestration of its stack decide for every unit. */
export interface EnvironmentSettings {
  /** Public domain; undefined when none is declared. */
  domain: string | undefined;
  imagePullPolicy: Environment['imagePullPolicy'] | undefined;
  /** What marks this copy of the stack; undefined when the stack declares no marker. */
  marker: string | undefined;
  readiness: { strategy: 'healthy' | 'applied'; timeoutSeconds: number };
  cleanup: { idleSeconds: number | undefined; keepOnFailure: boolean } | undefined;
}

const defaultReadinessSeconds = 600;
const labelValue = /^(?:[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?$/;
const domainName =
  /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*$/;

/**
 * Executes the templates of the settings and checks their types.
 *
 * @param spec the merged spec
 * @param environment the merged environment
 * @param context with the namespace
 */
export function resolveSettings(
  scope: RenderScope,
  spec: YamlNode | undefined,
  environment: YamlMap,
  context: TemplateContext,
): EnvironmentSettings {
  const own = only(environment, ['domainTemplate', 'imagePullPolicy']);
  const { domainTemplate: domain, imagePullPolicy } = evaluated<Environment>(
    scope,
    'environment',
    own,
    context,
  );
  const { readiness, cleanupPolicy } = evaluated<Orchestration>(
    scope,
    'orchestration',
    child(spec, 'orchestration'),
    context,
  );
  const instanceScope = child(spec, 'instanceScope');
  const { marker } = evaluated<InstanceScope>(scope, 'instanceScope', instanceScope, context);
  if (domain !== undefined && !domainName.test(domain))
    report(scope, 'invalid-value', child(own, 'domainTemplate'), `the domain would be`, domain);
  if (marker !== undefined && !labelValue.test(marker))
    report(scope, 'invalid-label', at(instanceScope, ['marker']), `the marker would be`, marker);
  const idle = cleanupPolicy?.fullEnvIdleTTL;
  return {
    domain,
    imagePullPolicy,
    marker,
    readiness: {
      strategy: readiness?.strategy ?? 'healthy',
      timeoutSeconds: readiness?.timeoutSeconds ?? defaultReadinessSeconds,
    },
    cleanup:
      cleanupPolicy === undefined
        ? undefined
        : {
            idleSeconds: idle === undefined ? undefined : secondsOf(idle),
            keepOnFailure: cleanupPolicy.keepOnFailure ?? true,
          },
  };
}

function evaluated<T extends object>(
  scope: RenderScope,
  part: 'environment' | 'orchestration' | 'instanceScope',
  node: YamlNode | undefined,
  context: TemplateContext,
): Partial<T> {
  if (node === undefined) return {};
  const before = scope.findings.errors;
  const result = evaluateNode(node, scope.templates, context);
  if (scope.findings.errors > before) return {};
  return as<T>(checkPart(scope.findings, part, result)?.value ?? {});
}

function report(
  scope: RenderScope,
  problem: 'invalid-value' | 'invalid-label',
  node: YamlNode | undefined,
  message: string,
  value: string,
): void {
  scope.findings.report(problem, node, `${message} ${JSON.stringify(value)}`);
}

function only(node: YamlMap, keys: readonly string[]): YamlMap {
  const entries = [...node.entries].filter(([key]) => keys.includes(key));
  return { ...node, entries: new Map(entries) };
}

function as<T extends object>(value: Value): Partial<T> {
  // oxlint-disable-next-line no-unsafe-type-assertion -- checked against the schema just before
  return value as Partial<T>;
}
