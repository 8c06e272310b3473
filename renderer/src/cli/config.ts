import { toolsDirectoryOf } from '../tools/index.ts';

/** What the command line takes from its environment; nothing else does. */
export interface CliEnvironment {
  /** Whether output has colours: as the stream allows (a terminal), always, or never. */
  colour: 'auto' | 'always' | 'never';
  /**
   * Where the pinned helm and kustomize are: `CODEXK8S_TOOLS_DIR`, else `codex-k8s/tools` in the
   * user's cache directory.
   */
  toolsDirectory: string;
  /** `CODEXK8S_DOWNLOAD_BASE_URL`: a mirror in place of every publisher's origin; `off` downloads nothing. */
  downloadBaseUrl: string | undefined;
  /** Variables for child tools such as Go. */
  toolEnvironment: Record<string, string>;
  /** Values for declared variables, asked for by `--vars-from-env PREFIX`. */
  variables(prefix: string): Record<string, string>;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** Reads the environment. */
export function readEnvironment(environment: Variables = process.env): CliEnvironment {
  return {
    colour: colourOf(environment),
    toolsDirectory: toolsDirectoryOf(environment),
    downloadBaseUrl: environment['CODEXK8S_DOWNLOAD_BASE_URL'] || undefined,
    toolEnvironment: Object.fromEntries(
      Object.entries(environment).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, value]],
      ),
    ),
    variables(prefix) {
      const found = Object.entries(environment).filter(
        ([name]) => name.startsWith(prefix) && name.length > prefix.length,
      );
      return Object.fromEntries(
        found.map(([name, value]) => [name.slice(prefix.length), value ?? '']),
      );
    },
  };
}

/** Sources: https://no-color.org, https://force-color.org; where both are set, force wins as in Node. */
function colourOf(environment: Variables): CliEnvironment['colour'] {
  const force = environment['FORCE_COLOR'];
  if (force !== undefined && force !== '')
    return force === '0' || force === 'false' ? 'never' : 'always';
  return (environment['NO_COLOR'] ?? '') === '' ? 'auto' : 'never';
}
