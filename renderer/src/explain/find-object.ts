import { suggest } from '../diagnostics/index.ts';
import type { FinishedObject } from '../objects/index.ts';
import type { GraphUnit } from '../steps/index.ts';

/** An object of a stack, with its unit. */
export interface FoundObject {
  unit: GraphUnit;
  object: FinishedObject;
}

export type ObjectOutcome =
  | { ok: true; found: FoundObject }
  | { ok: false; message: string; hint: string | undefined };

/** Short names, as `kubectl api-resources` has them. */
const shortNames: Readonly<Record<string, string>> = {
  cj: 'CronJob',
  cm: 'ConfigMap',
  crd: 'CustomResourceDefinition',
  deploy: 'Deployment',
  ds: 'DaemonSet',
  hpa: 'HorizontalPodAutoscaler',
  ing: 'Ingress',
  netpol: 'NetworkPolicy',
  ns: 'Namespace',
  pdb: 'PodDisruptionBudget',
  po: 'Pod',
  pvc: 'PersistentVolumeClaim',
  sa: 'ServiceAccount',
  sts: 'StatefulSet',
  svc: 'Service',
};

/** The object that `kind/name` means; the kind in any case, or by its short name. */
export function findObject(units: readonly GraphUnit[], text: string): ObjectOutcome {
  const all = units.flatMap((unit) =>
    unit.finished.objects.map((object): FoundObject => ({ unit, object })),
  );
  const known = all.map(({ object: { planned } }) => `${planned.kind}/${planned.name}`);
  const slash = text.indexOf('/');
  if (slash < 1) return { ok: false, message: `${text} is not kind/name`, hint: listed(known) };
  const kind = text.slice(0, slash).toLowerCase();
  const name = text.slice(slash + 1);
  const canonical = shortNames[kind] ?? text.slice(0, slash);
  const wanted = canonical.toLowerCase();
  const found = all.filter(
    ({ object: { planned } }) =>
      planned.name === name &&
      (planned.kind.toLowerCase() === wanted || `${planned.kind.toLowerCase()}s` === wanted),
  );
  const [first, second] = found;
  if (first === undefined) {
    const hint = suggest(`${canonical}/${name}`, known) ?? sameName(known, name) ?? listed(known);
    return { ok: false, message: `there is no object ${text}`, hint };
  }
  if (second === undefined) return { ok: true, found: first };
  const where = found.map(({ object: { planned } }) => planned.file).join(', ');
  return { ok: false, message: `${text} is not one object: ${where}`, hint: undefined };
}

function sameName(known: readonly string[], name: string): string | undefined {
  const same = known.filter((each) => each.endsWith(`/${name}`));
  return same.length === 0 ? undefined : `Did you mean ${same.join(' or ')}?`;
}

function listed(known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const some = known.slice(0, 12).join(', ');
  return `There are: ${some}${known.length > 12 ? ' and others' : ''}.`;
}
