import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * Where the tools are for whoever says nothing else: `CODEXK8S_TOOLS_DIR`, else `codex-k8s/tools`
 * in the user's cache directory. Source: XDG Base Directory Specification, $XDG_CACHE_HOME.
 *
 * @param variables of the environment
 */
export function toolsDirectoryOf(variables: Readonly<Record<string, string | undefined>>): string {
  const own = variables['CODEXK8S_TOOLS_DIR'];
  if (own !== undefined && own !== '') return resolve(own);
  const home = variables['HOME'] || homedir();
  return join(variables['XDG_CACHE_HOME'] || join(home, '.cache'), 'codex-k8s', 'tools');
}
