import type { RollbackJob } from '@codex-k8s/schema';
import { suggest, type Findings } from '../diagnostics/index.ts';
import { sha256 } from '../hash/index.ts';
import type { DeclaredObject } from '../objects/index.ts';
import { jobObject } from '../workload/index.ts';
import { at, child, nearest, type YamlNode } from '../yaml/index.ts';
import type { DeclaredHook } from './declared-hook.ts';

/** What the hooks of a unit are made for. */
export interface HookUnit {
  name: string;
  /** Image of the unit's workload, for hooks that name none. */
  workloadImage: string | undefined;
  /** References by image name. */
  images: ReadonlyMap<string, string>;
  imagePullPolicy: string | undefined;
}

/** A hook with its Job. */
export interface PlannedHook extends DeclaredHook {
  /** sha256 (hex) of what runs: the hook ran for this content already, or it did not. */
  key: string;
  /** Names of the images that its Jobs run. */
  images: readonly string[];
  object: DeclaredObject;
  /** What undoes a migration. */
  rollbackObject: DeclaredObject | undefined;
}

/** By these two a Job and its pods are found: both are short enough for a label. */
const unitLabel = 'codex-k8s.dev/unit';
const hookLabel = 'codex-k8s.dev/hook';

/**
 * Makes the Jobs of the hooks of a unit. What is wrong with them is reported. A Job cannot be
 * changed, so its name ends with its content.
 */
export function planHooks(
  findings: Findings,
  unit: HookUnit,
  hooks: readonly DeclaredHook[],
): PlannedHook[] {
  reportNames(findings, hooks);
  return hooks.flatMap((hook): PlannedHook[] => {
    const made = makeJob(findings, unit, hook, hook.name, hook.job, hook.node);
    if (hook.rollback !== undefined) reportRollback(findings, hook);
    if (made === undefined) return [];
    const { key, object, image } = made;
    const node = at(hook.node, ['rollback', 'job']);
    const undo = hook.rollback?.job;
    if (undo === undefined || node === undefined)
      return [{ ...hook, key, object, images: [image], rollbackObject: undefined }];
    // Without an image of its own it runs that of the migration.
    const back = makeJob(findings, unit, hook, `${hook.name}-undo`, { image, ...undo }, node);
    if (back === undefined) return [];
    const images = [...new Set([image, back.image])].toSorted();
    return [{ ...hook, key, object, images, rollbackObject: back.object }];
  });
}

function makeJob(
  findings: Findings,
  unit: HookUnit,
  hook: DeclaredHook,
  name: string,
  job: RollbackJob,
  node: YamlNode,
): { key: string; object: DeclaredObject; image: string } | undefined {
  const image = job.image ?? unit.workloadImage;
  const reference = image === undefined ? undefined : unit.images.get(image);
  if (image === undefined) {
    const message = `${name} names no image, and ${unit.name} has no workload to take it from`;
    findings.report('incomplete-hook', node, message);
    return undefined;
  }
  if (reference === undefined) {
    const place = child(node, 'image');
    // The image of the workload is spoken of where it is written.
    if (place === undefined) return undefined;
    const hint = suggest(image, unit.images.keys());
    const message = `there is no image ${JSON.stringify(image)} in spec.images`;
    findings.report('unknown-image', place, message, hint === undefined ? {} : { hint });
    return undefined;
  }
  const outcome = jobObject({
    name,
    workload: { ...job, image: reference },
    imagePullPolicy: unit.imagePullPolicy,
    podLabels: { [unitLabel]: unit.name, [hookLabel]: name },
    retries: hook.retries,
    timeoutSeconds: hook.timeoutSeconds,
  });
  if (!outcome.ok) {
    for (const { path, message } of outcome.problems)
      findings.report('incomplete-hook', nearest(node, path), message);
    return undefined;
  }
  // What it may use and how often it is tried changes nothing about what it does.
  const { command, args, env, volumes, serviceAccount } = job;
  const content = [reference, command, args, env, volumes, serviceAccount];
  const key = sha256(JSON.stringify([unit.name, name, ...content]));
  const suffix = sha256(JSON.stringify(outcome.spec)).slice(0, 8);
  return { key, image, object: outcome.object(jobName(unit.name, name, suffix)) };
}

/** At most 63 characters, and another one for another content. */
function jobName(unit: string, hook: string, suffix: string): string {
  return `${`${unit}-${hook}`.slice(0, 54).replace(/-+$/, '')}-${suffix}`;
}

function reportNames(findings: Findings, hooks: readonly DeclaredHook[]): void {
  const seen = new Set<string>();
  for (const { name, node } of hooks) {
    if (seen.has(name))
      findings.report(
        'incomplete-hook',
        child(node, 'name') ?? node,
        `there are two hooks or migrations named ${name}`,
      );
    seen.add(name);
  }
}

function reportRollback(findings: Findings, { name, node, rollback }: DeclaredHook): void {
  const place = child(node, 'rollback') ?? node;
  if (rollback?.policy === 'job' && rollback.job === undefined)
    findings.report('incomplete-hook', place, `the rollback of ${name} has no job`);
  if (rollback?.policy !== 'job' && rollback?.job !== undefined)
    findings.report(
      'incomplete-hook',
      at(place, ['job']) ?? place,
      `the rollback of ${name} is ${rollback.policy}: its job would never run`,
    );
}
