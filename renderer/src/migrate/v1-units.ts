import { isMap, isSeq } from 'yaml';
import type { Notes } from './notes.ts';
import { scalarText, type OldMap } from './old-document.ts';

/**
 * Overlays of a service: the kinds that an environment leaves out are returned; mounts of source
 * code are told to a person, because how code reaches a pod is a decision now.
 */
export function convertOverlays(
  unit: OldMap,
  name: string,
  notes: Notes,
): ReadonlyMap<string, readonly string[]> {
  const dropKinds = new Map<string, readonly string[]>();
  const overlays = unit.takeMap('overlays');
  const mounted: string[] = [];
  const place = overlays?.place ?? {};
  for (const environment of overlays?.keys() ?? []) {
    const overlay = overlays?.takeMap(environment);
    if (overlay === undefined) continue;
    const dropped = overlay.takeList('dropKinds').items;
    if (dropped.length > 0) dropKinds.set(environment, dropped.map(scalarText));
    const mounts = [overlay.take('pvcMounts'), overlay.take('hostMounts')];
    if (mounts.some((mount) => mount !== undefined)) mounted.push(environment);
    overlay.reportRest('It was left out; say the same in the manifests, or drop it.');
  }
  if (mounted.length > 0)
    notes.person(
      place,
      `the code of ${name} was mounted into its pods in ${mounted.join(', ')}`,
      'It is rebuilt now. For code that arrives without a new image, set codeUpdateStrategy: hot-reload with hotReload.source and mountPath, and give the service a workload.',
    );
  return dropKinds;
}

const waits = /^(?:kubectl\.wait|wait|rollout)/;

/** Hooks were shell scripts on the machine that deployed: each is a decision of a person. */
export function convertHooks(holder: OldMap, name: string, notes: Notes): void {
  const hooks = holder.takeMap('hooks');
  for (const moment of hooks?.keys() ?? []) {
    const entry = hooks?.take(moment);
    const steps = isSeq(entry?.pair.value) ? entry.pair.value.items : [];
    for (const [index, step] of steps.entries()) {
      if (!isMap(step)) continue;
      const [label, use, run] = ['name', 'use', 'run'].map((field) => textOf(step.get(field)));
      const what = label ?? use ?? `step ${index + 1}`;
      notes.person(
        { offset: step.range?.[0] ?? entry?.place.offset, path: `${entry?.place.path}[${index}]` },
        `the hook ${what} of ${name} (${moment}) ran as a script beside the cluster`,
        hookAction(use, run),
      );
    }
  }
}

function hookAction(use: string | undefined, run: string | undefined): string {
  const script = run ?? '';
  if (
    (use !== undefined && waits.test(use)) ||
    /kubectl\b.*\b(?:rollout status|wait)\b/.test(script)
  )
    return 'If it only waits, drop it: a unit counts as deployed when its objects are healthy. Else write it as a hook: a Job with an image of its own.';
  if (/kubectl\b.*\bdelete\b/.test(script))
    return 'If it only removes objects, drop it: what leaves the stack is pruned. Else write it as a hook: a Job with an image of its own.';
  return 'Write it as a hook of the unit: a Job with an image of its own, and only the rights it needs.';
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
