/** User and password for one registry. */
export interface RegistryCredentials {
  username: string;
  password: string;
}

/** Credentials by registry, as references name it (`docker.io`, `localhost:5000`). */
export type CredentialSource = (registry: string) => RegistryCredentials | undefined;

/** The file is no docker config, or keeps its credentials elsewhere. */
export class CredentialsError extends Error {}

/**
 * Credentials out of the text of a docker `config.json`. Credential helpers are programs, and are
 * not run.
 *
 * @throws CredentialsError
 */
export function parseDockerConfig(text: string): CredentialSource {
  const config = objectOf(parseJson(text));
  const auths = objectOf(config?.['auths'] ?? {});
  if (config === undefined || auths === undefined)
    throw new CredentialsError('it is no docker config: that is a JSON object with auths');
  const credentials = new Map<string, RegistryCredentials>();
  for (const [key, value] of Object.entries(auths)) {
    const found = credentialsOf(objectOf(value) ?? {});
    if (found !== undefined) credentials.set(registryOf(key), found);
  }
  if (credentials.size === 0 && ('credsStore' in config || 'credHelpers' in config))
    throw new CredentialsError('it leaves its credentials to a helper program, which is not run');
  return (registry) => credentials.get(registry);
}

/** `https://index.docker.io/v1/` and `registry-1.docker.io` are Docker Hub. */
function registryOf(key: string): string {
  const host = key.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
  return /^(?:index|registry-1)\.docker\.io$/.test(host) ? 'docker.io' : host;
}

function credentialsOf(entry: Record<string, unknown>): RegistryCredentials | undefined {
  const { auth, username, password } = entry;
  if (typeof username === 'string' && typeof password === 'string') return { username, password };
  if (typeof auth !== 'string') return undefined;
  const text = Buffer.from(auth, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 1) return undefined;
  return { username: text.slice(0, colon), password: text.slice(colon + 1) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // The message of the parser shows a part of the text, which holds passwords.
    throw new CredentialsError('it is not valid JSON', { cause: nameOf(error) });
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}

function objectOf(value: unknown): Record<string, unknown> | undefined {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? { ...value } : undefined;
}
