import type { ManifestPrograms } from '../manifests/index.ts';
import { createManifestPrograms, type ManifestProgramsOptions } from '../programs/index.ts';
import { installedPrograms } from './installed-programs.ts';

/** How long a test may wait for the tools: building helm takes minutes, once on a machine. */
export const installTimeoutMs = 900_000;

/** The real helm and kustomize; a machine that cannot have them is told why. */
export async function realPrograms(
  limits: ManifestProgramsOptions['limits'] = {},
): Promise<ManifestPrograms> {
  const { directory, missing } = await installedPrograms();
  if (missing !== undefined) throw new Error(missing);
  return createManifestPrograms({ toolsDirectory: directory, limits });
}
