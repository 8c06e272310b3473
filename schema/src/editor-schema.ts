type Json = Record<string, unknown>;

/** A text that holds a template: it may stand wherever a typed value is due. */
const template = {
  description: 'A template in quotes; what it yields must be of the type that is due.',
  type: 'string',
  pattern: '\\{\\{',
};

/** Where no template is executed, so that none is admitted. */
const literal = new Set([
  'metadata',
  'requires',
  'webhookRuntime',
  'secretResolution',
  'keyOverride',
  'secretPattern',
  'projectDoc',
  'import',
  'dnsLabel',
  'unitName',
  'hookName',
  'runtimeMode',
  'duration',
  'roleKey',
]);
/** Properties that are read before any template is executed. */
const literalProperties = new Set([
  'project',
  'rendering',
  'deployOrder',
  'environments',
  'aliases',
  'use',
]);
const annotations = ['title', 'description', 'default', 'examples'];

/**
 * The schema of services.yaml as an editor needs it, which sees one file before it is merged and
 * executed: a template may stand for a typed value, null removes what an import gives, and what is
 * required may stand in another file.
 *
 * @param schema services.schema.json
 */
export function editorSchema(schema: Json): Json {
  const definitions = asObject(schema['$defs']);
  const entries = Object.entries(definitions).map(([name, definition]) => [
    name,
    relax(asObject(definition), !literal.has(name)),
  ]);
  const relaxed: Json = Object.fromEntries(entries);
  const { required } = asObject(definitions['spec']);
  return {
    ...schema,
    $id: String(schema['$id']).replace(/services\.schema\.json$/, 'services.editor.schema.json'),
    $defs: {
      ...relaxed,
      spec: { ...asObject(relaxed['spec']), anyOf: [{ required }, { required: ['imports'] }] },
      template,
    },
  };
}

/** A definition without what one file alone cannot fulfil. */
function relax(node: Json, admitsTemplates: boolean): Json {
  const { required, if: _if, then: _then, else: _else, allOf: _allOf, ...rest } = node;
  const kept = Array.isArray(required) ? required.filter((name) => name === 'name') : [];
  const relaxed: Json = { ...rest, ...(kept.length === 0 ? {} : { required: kept }) };
  for (const key of ['additionalProperties', 'items', 'anyOf'] as const) {
    const inner = relaxed[key];
    if (Array.isArray(inner)) relaxed[key] = inner.map((item) => relax(asObject(item), false));
    else if (isObject(inner)) relaxed[key] = admit(inner, admitsTemplates);
  }
  const properties = relaxed['properties'];
  if (isObject(properties))
    relaxed['properties'] = Object.fromEntries(
      Object.entries(properties).map(([name, inner]) => [
        name,
        isObject(inner) && name !== 'name'
          ? admit(inner, admitsTemplates && !literalProperties.has(name))
          : inner,
      ]),
    );
  return relaxed;
}

/** A value, or null, or a template for it; what describes it stays beside it. */
function admit(node: Json, admitsTemplates: boolean): Json {
  const relaxed = relax(node, admitsTemplates);
  const described = Object.entries(relaxed).filter(([key]) => annotations.includes(key));
  const typed = Object.entries(relaxed).filter(([key]) => !annotations.includes(key));
  const anyOf: Json[] = [Object.fromEntries(typed), { type: 'null' }];
  if (admitsTemplates) anyOf.push({ $ref: '#/$defs/template' });
  return { ...Object.fromEntries(described), anyOf };
}

function asObject(value: unknown): Json {
  return isObject(value) ? value : {};
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
