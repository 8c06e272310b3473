import { parseDocument } from 'yaml';

/** Paths of the manifests that an old layout names: the texts a migration wants to see. */
export function manifestPaths(text: string): string[] {
  const document = parseDocument(text, { uniqueKeys: false, logLevel: 'silent' });
  if (document.errors.length > 0) return [];
  const paths = new Set<string>();
  collect(document.toJS(), paths);
  return [...paths].toSorted();
}

function collect(value: unknown, paths: Set<string>): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (key === 'manifests' && Array.isArray(inner)) {
      for (const item of inner as unknown[]) {
        const path = (item as { path?: unknown } | null)?.path;
        if (typeof path === 'string' && !path.startsWith('/') && !path.split('/').includes('..'))
          paths.add(path);
      }
    } else collect(inner, paths);
  }
}
