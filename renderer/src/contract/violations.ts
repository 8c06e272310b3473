import type { SchemaViolation } from '@codex-k8s/schema';
import { suggest, type Findings, type ProblemName } from '../diagnostics/index.ts';
import { hasTemplate } from '../template/index.ts';
import { keyPlace, nearest, type Place, type YamlNode } from '../yaml/index.ts';

/** Keywords that only say that another one failed. */
const echoes = new Set(['if', 'anyOf', 'oneOf', 'allOf', 'not', 'propertyNames']);

/**
 * Reports schema violations at the places of a tree. A template scalar may stand where a typed
 * value is due: what it yields is checked later.
 */
export function reportViolations(
  findings: Findings,
  root: YamlNode,
  violations: readonly SchemaViolation[],
): void {
  const real = violations.filter(({ path }) => !isTemplateScalar(nearest(root, path)));
  const telling = real.filter(({ keyword }) => !echoes.has(keyword));
  for (const violation of telling.length === 0 ? real : telling) {
    const { problem, place, message, hint } = explain(violation, nearest(root, violation.path));
    findings.report(problem, place, message, hint === undefined ? {} : { hint });
  }
}

interface Explanation {
  problem: ProblemName;
  place: Place;
  message: string;
  hint?: string | undefined;
}

function explain(violation: SchemaViolation, node: YamlNode): Explanation {
  const { keyword, params, path } = violation;
  const field = path.at(-1) ?? 'the document';
  switch (keyword) {
    case 'additionalProperties': {
      const name = String(params['additionalProperty']);
      return {
        problem: 'unknown-field',
        place: keyPlace(node, name),
        message: `unknown field ${name}`,
        hint: suggest(name, violation.known ?? []),
      };
    }
    case 'false schema':
      return { problem: 'unknown-field', place: node, message: `${field} does not belong here` };
    case 'required': {
      const name = String(params['missingProperty']);
      const hint = path.join() === 'spec' ? `Add it; empty is enough: \`${name}:\`.` : undefined;
      return { problem: 'missing-field', place: node, message: `${name} is missing`, hint };
    }
    case 'type': {
      const expected = [params['type']].flat().join(' or ');
      return {
        problem: 'wrong-type',
        place: node,
        message: `${field} must be ${expected}, not ${describe(node)}`,
        hint: typeHint(expected, node),
      };
    }
    case 'enum': {
      const allowed = [params['allowedValues']].flat().map(String);
      const name = params['propertyName'];
      if (typeof name === 'string') return unknownName(node, name, allowed);
      const written = node.kind === 'scalar' ? String(node.value) : '';
      const message = `${field} must be one of ${allowed.join(', ')}`;
      return { problem: 'invalid-value', place: node, message, hint: suggest(written, allowed) };
    }
    case 'const':
      return {
        problem: 'invalid-value',
        place: node,
        message: `${field} must be ${JSON.stringify(params['allowedValue'])}`,
      };
    case 'pattern':
      return patternExplanation(violation, node, field);
    default:
      return { problem: 'invalid-value', place: node, message: `${field} ${violation.message}` };
  }
}

/** A key that is none of the names a map may have. */
function unknownName(node: YamlNode, name: string, allowed: readonly string[]): Explanation {
  const hint = suggest(name, allowed) ?? `There are: ${allowed.join(', ')}.`;
  const place = keyPlace(node, name);
  return { problem: 'unknown-field', place, message: `unknown name ${name}`, hint };
}

/** A pattern on a key is reported at the map that holds it. */
function patternExplanation(
  { params }: SchemaViolation,
  node: YamlNode,
  field: string,
): Explanation {
  const pattern = String(params['pattern']);
  const hint = /^\^\[a-z(?:0-9)?\]\(\[-a-z0-9\]/.test(pattern)
    ? 'A name is short, of lower-case letters, digits and dashes, and begins with a letter.'
    : `It must match ${pattern}.`;
  if (node.kind !== 'map') {
    const value = node.kind === 'scalar' ? JSON.stringify(node.value) : 'this';
    return { problem: 'invalid-value', place: node, message: `${field} cannot be ${value}`, hint };
  }
  const { propertyName } = params;
  const key = typeof propertyName === 'string' ? propertyName : '';
  return {
    problem: 'invalid-value',
    place: keyPlace(node, key),
    message: `the name ${JSON.stringify(key)} is not allowed`,
    hint,
  };
}

function typeHint(expected: string, node: YamlNode): string | undefined {
  if (expected === 'string' && node.kind === 'scalar' && node.value !== null)
    return `Quote it: "${node.value}".`;
  if (node.kind === 'scalar' && node.printed !== undefined)
    return `The template yields ${JSON.stringify(node.value)}; check the type of the variable it reads.`;
  return undefined;
}

function describe(node: YamlNode): string {
  if (node.kind === 'map') return 'a map';
  if (node.kind === 'seq') return 'a list';
  if (node.value === null) return 'empty';
  return `${typeof node.value} ${JSON.stringify(node.value)}`;
}

function isTemplateScalar(node: YamlNode): boolean {
  return node.kind === 'scalar' && typeof node.value === 'string' && hasTemplate(node.value);
}
