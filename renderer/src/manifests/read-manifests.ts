import type { Findings, ProblemName } from '../diagnostics/index.ts';
import type { DeclaredObject } from '../objects/index.ts';
import type { ParsedText } from '../sources/index.ts';
import { executeTemplate, type TemplateContext } from '../template/index.ts';
import { sourceText, toValue, type Value, type YamlNode } from '../yaml/index.ts';
import { child, itemsOf, stringOf, type YamlProblem } from '../yaml/index.ts';
import type { ManifestScope } from './manifest-source.ts';
import { templateOutput } from './template-file.ts';

const problemNames: Readonly<Record<YamlProblem['kind'], ProblemName>> = {
  syntax: 'yaml-syntax',
  'duplicate-key': 'duplicate-key',
  'unquoted-template': 'unquoted-template',
  ambiguous: 'ambiguous-number',
  unsupported: 'unsupported-yaml',
};

/** Reports what YAML says against a text. */
export function reportYaml(parsed: ParsedText, findings: Findings): void {
  for (const { kind, offset, message } of parsed.problems)
    findings.report(problemNames[kind], { source: parsed.source, offset }, message);
}

/** Whether a manifest is a template: it sees the whole context, a plain one sees nothing. */
export function isTemplateFile(path: string): boolean {
  return path.endsWith('.tpl');
}

/** The objects of one manifest file, lists unfolded. */
export async function readManifest(
  scope: ManifestScope,
  path: string,
  context: TemplateContext,
): Promise<DeclaredObject[]> {
  const parsed = isTemplateFile(path)
    ? await readTemplateFile(scope, path, context)
    : await scope.sources.parse(path);
  if (parsed === undefined) return [];
  reportYaml(parsed, scope.findings);
  return parsed.documents.flatMap((document) => toObjects(document, scope.findings));
}

async function readTemplateFile(
  scope: ManifestScope,
  path: string,
  context: TemplateContext,
): Promise<ParsedText | undefined> {
  const text = await scope.sources.text(path);
  if (text === undefined) return undefined;
  const source = sourceText(path, text);
  const template = scope.templates.compile(text);
  const outcome = template.ok ? executeTemplate(template.value, context) : template;
  if (outcome.ok) return scope.sources.parseText(templateOutput(path, text, outcome.value));
  scope.templates.report(outcome.error, { source, offset: outcome.error.offset });
  return undefined;
}

/** The objects of a document, lists unfolded. */
export function toObjects(document: YamlNode, findings: Findings): DeclaredObject[] {
  const kind = stringOf(child(document, 'kind'));
  if (
    kind === 'List' ||
    (kind?.endsWith('List') === true && child(document, 'items') !== undefined)
  )
    return itemsOf(child(document, 'items')).flatMap((item) => toObjects(item, findings));
  const object = toObject(document);
  if (typeof object !== 'string') return [object];
  findings.report('not-an-object', document, object);
  return [];
}

function toObject(document: YamlNode): DeclaredObject | string {
  if (document.kind !== 'map') return 'the document is not a map';
  const apiVersion = stringOf(child(document, 'apiVersion'));
  const kind = stringOf(child(document, 'kind'));
  const metadata = child(document, 'metadata');
  const name = stringOf(child(metadata, 'name'));
  if (apiVersion === undefined || apiVersion === '') return 'the object has no apiVersion';
  if (kind === undefined || !/^[A-Za-z][A-Za-z0-9]*$/.test(kind)) return 'the object has no kind';
  if (name === undefined || name === '') {
    return child(metadata, 'generateName') === undefined
      ? `the ${kind} has no metadata.name`
      : `the ${kind} has generateName: a declared object needs a fixed name`;
  }
  const labels = child(metadata, 'labels');
  if (labels !== undefined && labels.kind !== 'map')
    return `metadata.labels of ${kind} ${name} is no map`;
  const namespace = stringOf(child(metadata, 'namespace'));
  return { apiVersion, kind, name, namespace, value: recordOf(document), node: document };
}

function recordOf(node: YamlNode): { [key: string]: Value } {
  const value = toValue(node);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}
