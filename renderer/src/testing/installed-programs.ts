import { readEnvironment } from '../cli/config.ts';
import { installTools } from '../tool-install/index.ts';

let installed: Promise<{ directory: string; missing?: string }> | undefined;

/**
 * The directory of the pinned helm and kustomize, which are installed when they are not there; or
 * why they cannot be had: no cache, no network and no Go.
 */
export function installedPrograms(): Promise<{ directory: string; missing?: string }> {
  return (installed ??= install());
}

async function install(): Promise<{ directory: string; missing?: string }> {
  const { toolsDirectory: directory, toolEnvironment, downloadBaseUrl } = readEnvironment();
  try {
    await installTools({
      directory,
      environment: toolEnvironment,
      ...(downloadBaseUrl === undefined ? {} : { downloadBaseUrl }),
    });
    return { directory };
  } catch (error) {
    return { directory, missing: error instanceof Error ? error.message : String(error) };
  }
}
