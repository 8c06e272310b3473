import type { ManifestPrograms } from '../manifests/index.ts';
import type { ProgramLimits } from '../processes/index.ts';
import { describeVersions, ToolError, type InstalledTool, type ToolName } from '../tools/index.ts';

export interface ManifestProgramsOptions {
  /** Where `tools install` put the programs. */
  toolsDirectory: string;
  /** Defaults: 30 s, 32 MiB of output, 1 GiB of memory. */
  limits?: Partial<ProgramLimits>;
}

/**
 * Runs the installed helm and kustomize: each time the pinned program and no other, on a copy of
 * its declared inputs, with an empty home, an environment of its own, no network and within limits.
 * Each request runs twice at once – in another directory and another time zone – so that whatever
 * depends on more than its inputs shows.
 */
export function createManifestPrograms(options: ManifestProgramsOptions): ManifestPrograms {
  // Hashing a program takes a tenth of a second: once, unless it was not there.
  const checked = new Map<ToolName, Promise<InstalledTool>>();

  return {
    versions: describeVersions(),
    async run(request) {
      // Most stacks bring neither charts nor kustomizations: they do not pay for this code.
      const { findChecked, runTwice } = await import('./run-request.ts');
      try {
        const known = checked.get(request.program);
        const found = known ?? findChecked(options.toolsDirectory, request.program);
        checked.set(request.program, found);
        found.catch(() => checked.delete(request.program));
        return await runTwice(await found, request, options.limits);
      } catch (error) {
        if (!(error instanceof ToolError)) throw error;
        return { kind: 'missing', message: error.message, hint: error.hint };
      }
    },
  };
}
