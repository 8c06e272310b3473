import { readFile } from 'node:fs/promises';

const definition = /^func schema_(\w+)\(/;
const property = /^\t{5}"([^"]+)": \{$/;
const values = /^\t+Enum: +\[\]interface\{\}\{(.*)\},$/;

/**
 * Allowed values by `<definition>.<property>`, out of the Go source that the API server makes its
 * OpenAPI from: the published document leaves them out. Names have underscores for dots and dashes.
 */
export async function readEnums(kubernetes: string): Promise<Map<string, string[]>> {
  const path = `${kubernetes}/pkg/generated/openapi/zz_generated.openapi.go`;
  const enums = new Map<string, string[]>();
  let name = '';
  let field = '';
  for (const line of (await readFile(path, 'utf8')).split('\n')) {
    name = definition.exec(line)?.[1] ?? name;
    field = property.exec(line)?.[1] ?? field;
    const list = values.exec(line)?.[1];
    if (list !== undefined) enums.set(`${name}.${field}`, parseList(list));
  }
  return enums;
}

/** Key of a property in that map: `io.k8s.api.core.v1.Pod` is `k8sio_api_core_v1_Pod` there. */
export function enumKey(name: string, field: string): string {
  const go = name
    .replace(/^io\.k8s\./, 'k8sio_')
    .replaceAll('-', '_')
    .replaceAll('.', '_');
  return `${go}.${field}`;
}

function parseList(text: string): string[] {
  const list: unknown = JSON.parse(`[${text}]`);
  return Array.isArray(list) ? list.map(String) : [];
}
