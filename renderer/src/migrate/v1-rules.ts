import { domainVariable, storageVariable } from './from-v1.ts';
import type { Notes } from './notes.ts';
import type { OldMap } from './old-document.ts';
import { rewriteTemplate, type TemplateRules } from './rewrite-template.ts';
import type { Variables } from './variables.ts';

const declaredInput =
  'Declare an input in spec.vars and pass it with --var: a render depends on declared inputs alone.';

/** Fields of the old template context that no render may depend on. */
const gone: ReadonlyMap<string, string> = new Map([
  [
    'ProjectRoot',
    'A path of the machine that renders cannot reach a pod: use a volume, or codeUpdateStrategy: hot-reload.',
  ],
  ['Now', declaredInput],
  ['Codex', 'Settings of agents belong to the platform.'],
  ['Storage', 'Read its parts as variables: {{ .Vars.storageWorkspaceSize }}.'],
  ['EnvMap', declaredInput],
  ['UserVars', declaredInput],
  ['BaseDomain', 'Read {{ .Domain }}.'],
  ['State', 'State lives in the platform.'],
]);

/** How templates of the first layout read in the new one. */
export function v1Rules(
  root: OldMap,
  constants: ReadonlyMap<string, string>,
  variables: Variables,
): Omit<TemplateRules, 'person'> {
  const rules = {
    computed: new Map<string, string>(),
    fields: storageFields(root),
    gone,
    indexed: new Map([
      ['BaseDomain', (key: string | undefined) => domainRule(key, variables)],
      ['EnvMap', (key: string | undefined) => variableRule(key, variables)],
      ['UserVars', (key: string | undefined) => variableRule(key, variables)],
    ]),
    declare: (name: string, fallback: string | undefined) => variables.read(name, fallback),
  };
  const expanded = new Map<string, string>();
  const silent = { ...rules, constants: expanded, person: () => undefined };
  for (const [name, expression] of constants) {
    const text = rewriteTemplate(`{{ ${expression} }}`, { ...silent, declare: () => undefined });
    expanded.set(name, text.slice(3, -3));
  }
  return { ...rules, constants: expanded };
}

function domainRule(key: string | undefined, variables: Variables): string {
  if (key === undefined) return '.Domain';
  const name = domainVariable(key);
  variables.read(name, undefined);
  return `.Vars.${name}`;
}

function variableRule(key: string | undefined, variables: Variables): string | undefined {
  if (key === undefined) return undefined;
  variables.read(key, undefined);
  return `.Vars.${key}`;
}

function storageFields(root: OldMap): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  const storage = root.map.toJSON() as { storage?: Record<string, Record<string, unknown> | null> };
  for (const [disk, settings] of Object.entries(storage.storage ?? {})) {
    for (const [field, value] of Object.entries(settings ?? {})) {
      if (typeof value === 'object') continue;
      const name = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
      fields.set(`.Storage.${name(disk)}.${name(field)}`, `.Vars.${storageVariable(disk, field)}`);
    }
  }
  return fields;
}

/**
 * Variables that comments at the head of the file set for the whole text:
 * `# {{- $name := expression -}}`.
 */
export function v1Constants(text: string, notes: Notes): ReadonlyMap<string, string> {
  const constants = new Map<string, string>();
  let offset = 0;
  for (const line of text.split('\n')) {
    const comment = /^\s*#/.test(line);
    const match = comment ? /\{\{-?\s*(\$\w+)\s*:?=\s*(.*?)\s*-?\}\}/.exec(line) : null;
    if (match?.[1] !== undefined && match[2] !== undefined) {
      constants.set(match[1], match[2]);
      notes.changed(
        { offset },
        `${match[1]} was set for the whole file`,
        'Each value is a template of its own now: its expression stands where it was read.',
      );
    } else if (comment && /\{\{-?\s*(?:if|range|with|define|template|end)\b/.test(line))
      notes.person(
        { offset },
        'a template in a comment made or left out parts of the file',
        'Use `when` on units, `vars` in environments, or imports.',
      );
    offset += line.length + 1;
  }
  return constants;
}
