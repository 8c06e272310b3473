import type { RenderedStack } from '@codex-k8s/renderer';
import type { ErrorData } from '../errors/index.ts';
import type { EnvironmentSource, RenderTarget } from './environment.ts';

/**
 * Holds a render against the environment's binding: `services.yaml` may ask for less than the
 * binding allows, never for more (design §8). Pure; undefined means admitted.
 */
export function refuseRender(
  target: RenderTarget,
  source: EnvironmentSource,
  rendered: RenderedStack,
): ErrorData | undefined {
  const where = {
    file: source.servicesYamlPath,
    environment: target.name,
    repository: source.repository.fullName,
  };
  if (rendered.project !== target.project)
    return {
      code: 'CK-RUN-002',
      message: `the file names project ${rendered.project}; the repository is bound to ${target.project}`,
      where,
      hint: 'correct spec.project (or metadata.name) in services.yaml',
    };
  if (rendered.stack !== source.stack)
    return {
      code: 'CK-RUN-003',
      message: `the file names stack ${rendered.stack}; the repository is bound to ${source.stack}`,
      where,
      hint: 'correct metadata.name in services.yaml, or ask an admin to change the binding',
    };
  const { environment, slot } = rendered.plan;
  if (slot === undefined && environment !== target.name)
    return {
      code: 'CK-RUN-006',
      message: `environment ${target.name} is an alias of ${environment} in this file`,
      where,
      hint: `bind the environment as ${environment}`,
    };
  const objects = rendered.plan.units.flatMap((unit) => unit.objects);
  const clusterScoped = objects.find((object) => object.namespace === undefined);
  if (clusterScoped && target.kind !== 'cluster')
    return {
      code: 'CK-RUN-005',
      message: `${clusterScoped.kind}/${clusterScoped.name} is cluster-scoped; environment ${target.name} is bound as ${target.kind}`,
      where,
      hint: 'cluster-scoped objects belong to an environment that an admin bound as kind cluster',
    };
  const claimed = new Set(target.namespaces);
  const foreign = [rendered.plan.namespace, ...objects.map((object) => object.namespace)].find(
    (namespace) => namespace !== undefined && !claimed.has(namespace),
  );
  if (foreign !== undefined)
    return {
      code: 'CK-RUN-004',
      message: `namespace ${foreign} is not claimed by environment ${target.name}`,
      where,
      hint: `the environment may write to: ${[...claimed].toSorted().join(', ')}`,
    };
  return undefined;
}
