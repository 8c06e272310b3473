import type { InfrastructureUnit, ServiceUnit } from '@codex-k8s/schema';
import { fromHook, fromMigration, planHooks, type PlannedHook } from '../hooks/index.ts';
import type { ResolvedImage } from '../images/index.ts';
import type { RenderScope } from '../render-scope.ts';
import type { TemplateContext } from '../template/index.ts';
import { at, type YamlNode } from '../yaml/index.ts';
import { isWanted } from './condition.ts';

/** What the hooks of a unit need beside the unit. */
export interface HookTarget {
  context: TemplateContext;
  images: ReadonlyMap<string, ResolvedImage>;
  imagePullPolicy: string | undefined;
}

/**
 * Migrations and hooks of a unit, in the order in which they run at one point in time.
 *
 * @param node the unit, its templates executed
 */
export function unitHooks(
  scope: RenderScope,
  node: YamlNode,
  unit: ServiceUnit | InfrastructureUnit,
  { context, images, imagePullPolicy }: HookTarget,
): PlannedHook[] {
  const { migrations = [], hooks = [], workload } = unit;
  if (migrations.length + hooks.length === 0) return [];
  const nodeOf = (list: string, index: number) => at(node, [list, index]) ?? node;
  const declared = [
    ...migrations.map((item, index) => fromMigration(item, nodeOf('migrations', index))),
    ...hooks.map((item, index) => fromHook(item, nodeOf('hooks', index))),
  ];
  const references = new Map([...images].map(([name, { planned }]) => [name, planned.reference]));
  return planHooks(
    scope.findings,
    { name: unit.name, workloadImage: workload?.image, images: references, imagePullPolicy },
    declared.filter((hook) => isWanted(scope, hook.node, context)),
  );
}
