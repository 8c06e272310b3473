import { suggest, type Findings } from '../diagnostics/index.ts';
import type { FinishedUnit } from '../objects/index.ts';
import type { Place, YamlMap, YamlNode } from '../yaml/index.ts';
import { checkUnit, type CheckFacts, type ObjectFinding } from './check-unit.ts';
import { placeOfField } from './object-places.ts';
import type { EnvironmentClass } from './policy.ts';
import { findWaiver, waiversOf, type ActiveWaiver } from './waivers.ts';

/** A unit as far as its objects are checked. */
export interface CheckedUnit {
  name: string;
  finished: FinishedUnit;
  node: YamlNode;
  place: Place;
}

export interface CheckInputs {
  units: readonly CheckedUnit[];
  facts: CheckFacts;
  environmentClass: EnvironmentClass;
  /** The environment's own name and its aliases. */
  environmentNames: ReadonlySet<string>;
  /** The merged stack. */
  root: YamlMap;
  /** Units that are not rendered here: a waiver for one of them is not unused. */
  leftOut: ReadonlySet<string>;
  /** Whether the target version is newer than any that is known: unknown fields may be new ones. */
  isNewerThanKnown: boolean;
}

/**
 * Holds every object against the API of the target version and the pack of rules. What the server
 * would refuse is an error; how heavy a broken rule weighs depends on the environment; what is
 * waived stays listed, with the reason.
 */
export function checkObjects(findings: Findings, inputs: CheckInputs): void {
  const waivers = waiversOf(inputs.root, inputs.environmentNames);
  const used = new Set<ActiveWaiver>();
  const unchecked = new Set<string>();
  for (const unit of inputs.units) {
    for (const finding of checkUnit(unit.finished, inputs.facts)) {
      if (finding.problem === 'unchecked-kind') {
        // One of a kind is enough.
        if (unchecked.has(finding.message)) continue;
        unchecked.add(finding.message);
      }
      const waiver = waiverOf(waivers, unit, finding);
      if (waiver !== undefined) used.add(waiver);
      report(findings, inputs, unit, finding, waiver);
    }
  }
  for (const waiver of waivers) if (!used.has(waiver)) reportUnused(findings, inputs, waiver);
}

function waiverOf(
  waivers: readonly ActiveWaiver[],
  unit: CheckedUnit,
  { policy, object }: ObjectFinding,
): ActiveWaiver | undefined {
  if (policy === undefined || waivers.length === 0) return undefined;
  return findWaiver(waivers, policy.name, unit.name, object.planned);
}

function report(
  findings: Findings,
  inputs: CheckInputs,
  unit: CheckedUnit,
  finding: ObjectFinding,
  active: ActiveWaiver | undefined,
): void {
  const { object, problem, policy, path, isKey, hint } = finding;
  const severity = policy?.severity[inputs.environmentClass];
  if (severity === 'off') return;
  const { kind, name } = object.planned;
  const place = placeOfField(object, unit, path, isKey);
  const message = `${kind} ${name}: ${finding.message}`;
  const details = {
    ...(hint === undefined ? {} : { hint }),
    ...(severity === undefined ? {} : { severity }),
  };
  if (active !== undefined) {
    const { reason, until } = active.waiver;
    const end = until === undefined ? '' : ` until ${until}`;
    findings.report(problem, place, `${message} – waived${end}: ${reason}`, { severity: 'info' });
  } else if (problem === 'unknown-object-field' && inputs.isNewerThanKnown)
    findings.report(problem, place, message, { ...details, severity: 'warning' });
  else findings.report(problem, place, message, details);
}

function reportUnused(
  findings: Findings,
  { units, leftOut }: CheckInputs,
  { waiver, node }: ActiveWaiver,
): void {
  const { rule, unit, object } = waiver;
  if (unit !== undefined && leftOut.has(unit)) return;
  const names = units.map(({ name }) => name);
  const isUnknown = unit !== undefined && !names.includes(unit);
  const hint = isUnknown ? suggest(unit, names) : undefined;
  const what = [unit, object].filter((part) => part !== undefined).join(', ');
  const why = isUnknown ? `there is no unit ${unit}` : `no object breaks the rule`;
  const message = `the waiver of ${rule} for ${what} is not needed: ${why}`;
  findings.report('unused-waiver', node, message, hint === undefined ? {} : { hint });
}
