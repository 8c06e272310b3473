import type { Findings } from '../diagnostics/index.ts';
import { isRecord, type DeclaredObject } from '../objects/index.ts';
import { nearest } from '../yaml/index.ts';

const annotation = 'helm.sh/hook';

/**
 * The objects that are part of the release. Test hooks run by `helm test` only and are left out;
 * the others run while helm installs, which never happens here: they are refused, or left out when
 * the unit says so. Nothing is ever applied as if it were no hook.
 */
export function withoutHooks(
  findings: Findings,
  objects: readonly DeclaredObject[],
  decision: 'refuse' | 'skip',
): DeclaredObject[] {
  return objects.filter((object) => {
    const events = hookEvents(object);
    if (events.length === 0) return true;
    const isTest = events.every((event) => event.startsWith('test'));
    if (!isTest && decision === 'refuse' && object.node !== undefined)
      findings.report(
        'chart-hook',
        nearest(object.node, ['metadata', 'annotations', annotation]),
        `${object.kind} ${object.name} is a hook of the chart (${events.join(', ')})`,
      );
    return false;
  });
}

function hookEvents({ value }: DeclaredObject): string[] {
  const { metadata } = value;
  const annotations = isRecord(metadata) ? metadata['annotations'] : undefined;
  const hook = isRecord(annotations) ? annotations[annotation] : undefined;
  // CRDs of the old kind are ordinary objects.
  return typeof hook === 'string'
    ? hook
        .split(',')
        .map((event) => event.trim())
        .filter((event) => event !== 'crd-install')
    : [];
}
