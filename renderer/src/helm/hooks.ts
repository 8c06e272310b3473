import type { Findings } from '../diagnostics/index.ts';
import { isRecord, type DeclaredObject } from '../objects/index.ts';
import { nearest } from '../yaml/index.ts';

const annotation = 'helm.sh/hook';

/** When a hook of this stack runs that comes closest to one of helm. */
const counterparts: Readonly<Record<string, string>> = {
  'pre-install': 'beforeApply',
  'pre-upgrade': 'beforeApply',
  'post-install': 'afterHealthy',
  'post-upgrade': 'afterHealthy',
};

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
        { hint: hintFor(events) },
      );
    return false;
  });
}

function hintFor(events: readonly string[]): string {
  const skip =
    'Nothing installs a release here, so hooks of helm never run: leave them out with hooks: skip';
  const own = [...new Set(events.flatMap((event) => counterparts[event] ?? []))];
  return own.length === 0
    ? `${skip}. Nothing here corresponds to ${events.join(', ')}.`
    : `${skip}, and write what is needed as a hook of the unit with on: ${own.join(' or ')}, or as a migration.`;
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
