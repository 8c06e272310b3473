import type { ManifestScope, ManifestSource } from './manifest-source.ts';
import { isTemplateFile, readManifest } from './read-manifests.ts';

/** One manifest file; undefined when there is none. */
export async function fileSource(
  scope: ManifestScope,
  path: string,
): Promise<ManifestSource | undefined> {
  const digest = await scope.sources.digest(path);
  if (digest === undefined) return undefined;
  return {
    key: `${path} ${digest}`,
    readsContext: isTemplateFile(path),
    objects: (context) => readManifest(scope, path, context),
  };
}
