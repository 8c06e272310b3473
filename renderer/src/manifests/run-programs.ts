import { isRecord, type DeclaredObject } from '../objects/index.ts';
import { sha256 } from '../hash/index.ts';
import type { ParsedText } from '../sources/index.ts';
import { at, nearest, stringOf, toValue, type Place, type Value } from '../yaml/index.ts';
import type { ManifestScope } from './manifest-source.ts';
import type { ProgramRequest } from './programs.ts';
import { reportYaml, toObjects } from './read-manifests.ts';

/** What a program needs to be run for a unit. */
export interface ProgramRun {
  request: ProgramRequest;
  /** Everything its output depends on. */
  key: string;
  /** Where the unit names the chart or kustomization. */
  place: Place;
  /** What it is, for messages: `the chart charts/web`. */
  title: string;
  /** Reports what the program itself says. */
  onFailure(message: string): Promise<void>;
  /** Reads its output: texts whose places lead back to the files that they were made from. */
  read(output: string): Promise<ParsedText[]>;
}

/** The objects that a program prints; nothing after reporting why there are none. */
export async function printedObjects(
  scope: ManifestScope,
  run: ProgramRun,
): Promise<DeclaredObject[]> {
  const output = await outputOf(scope, run);
  const parsed = output === undefined ? [] : await run.read(output);
  for (const text of parsed) reportYaml(text, scope.findings);
  return parsed
    .flatMap(({ documents }) => documents)
    .flatMap((document) => toObjects(document, scope.findings));
}

/** What a program prints, from memory where it was asked the same before. */
async function outputOf(scope: ManifestScope, run: ProgramRun): Promise<string | undefined> {
  const { findings, programs, printed } = scope;
  const { request, place, title } = run;
  if (programs === undefined) {
    const message = `${title} needs ${request.program}, and nothing runs programs here`;
    findings.report('tools-missing', place, message);
    return undefined;
  }
  const key = sha256(JSON.stringify([programs.versions, request.program, request.args, run.key]));
  const known = printed.get(key);
  if (known !== undefined) return known;
  const outcome = await programs.run(request);
  if (outcome.kind === 'missing')
    findings.report('tools-missing', place, outcome.message, { hint: outcome.hint });
  else if (outcome.kind === 'exceeded')
    findings.report('source-limit', place, `${title} was stopped: ${outcome.limit}`);
  else if (outcome.kind === 'failed') await run.onFailure(outcome.message);
  else {
    const [first, second] = outcome.texts;
    if (first === second) {
      printed.set(key, first, first.length * 2 + 200);
      return first;
    }
    await reportDifference(scope, run, first, second);
  }
  return undefined;
}

/** Names the first object that differs between two runs, and the field. */
async function reportDifference(
  { findings }: ManifestScope,
  run: ProgramRun,
  first: string,
  second: string,
): Promise<void> {
  const after = (await run.read(second)).flatMap(({ documents }) => documents);
  for (const [index, document] of (await run.read(first)).flatMap((p) => p.documents).entries()) {
    const other = after[index];
    const path = other === undefined ? [] : differingPath(toValue(document), toValue(other));
    if (path === undefined) continue;
    const kind = stringOf(at(document, ['kind'])) ?? 'an object';
    const name = stringOf(at(document, ['metadata', 'name'])) ?? '';
    const field = path.length === 0 ? '' : ` (${path.join('.')})`;
    const message = `${kind} ${name} is different each time ${run.title} is rendered${field}`;
    findings.report('not-reproducible', nearest(document, path), message);
    return;
  }
  const message = `${run.title} yields something else each time it is rendered`;
  findings.report('not-reproducible', run.place, message);
}

/** Path of the first difference; undefined when there is none. */
function differingPath(a: Value, b: Value): (string | number)[] | undefined {
  if (Array.isArray(a) && Array.isArray(b) && a.length === b.length) {
    for (const [index, item] of a.entries()) {
      const path = differingPath(item, b[index] ?? null);
      if (path !== undefined) return [index, ...path];
    }
    return undefined;
  }
  if (isRecord(a) && isRecord(b)) {
    for (const key of Object.keys({ ...a, ...b })) {
      const path = differingPath(a[key] ?? null, b[key] ?? null);
      if (path !== undefined) return [key, ...path];
    }
    return undefined;
  }
  return a === b ? undefined : [];
}
