import { readFile } from 'node:fs/promises';
import type { LockableReference } from '../image-references.ts';
import { parseReference } from '../images/index.ts';
import {
  createHttpRegistry,
  CredentialsError,
  parseDockerConfig,
  RegistryError,
  type RegistryClient,
} from '../images/registry/index.ts';
import type { CliContext } from './context.ts';
import { CliError, exitCodes } from './exit-code.ts';

/** How registries are asked. */
export interface RegistryOptions {
  /** Path of a docker `config.json` with credentials. */
  dockerConfig?: string;
  plainHttp?: string[];
  /** Seconds for one answer. */
  timeout: number;
}

/** The registries, with credentials only where a file with them was named. */
export async function createClient(options: RegistryOptions): Promise<RegistryClient> {
  const { dockerConfig, plainHttp, timeout } = options;
  const common = {
    timeoutMs: timeout * 1000,
    ...(plainHttp === undefined ? {} : { plainHttp }),
  };
  if (dockerConfig === undefined) return createHttpRegistry(common);
  try {
    const credentials = parseDockerConfig(await readFile(dockerConfig, 'utf8'));
    return createHttpRegistry({ ...common, credentials });
  } catch (error) {
    if (error instanceof CredentialsError)
      throw new CliError(`cannot use ${dockerConfig}: ${error.message}`, exitCodes.input);
    throw error;
  }
}

/**
 * Asks for every digest, a few at a time; one line each on the way.
 *
 * @throws CliError when one of them has none: 69, or 1 when only tags do not exist
 */
export async function askRegistries(
  context: CliContext,
  client: RegistryClient,
  references: readonly LockableReference[],
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const failures: RegistryError[] = [];
  const waiting = [...references];
  let done = 0;
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const reference = parseReference(next.key);
      if (reference === undefined) continue;
      const count = (): string => `[${(done += 1)}/${references.length}]`;
      try {
        const digest = await client.resolve(reference);
        found.set(next.key, digest);
        context.output.message(`${count()} ${next.key} ${digest}\n`);
      } catch (error) {
        if (!(error instanceof RegistryError)) throw error;
        failures.push(error);
        const place = `${next.file}:${next.line}:${next.column}`;
        context.output.message(`${count()} ${next.key} failed: ${error.message} (${place})\n`);
      }
    }
  };
  await Promise.all(Array.from({ length: 4 }, work));
  const [first] = failures;
  if (first === undefined) return found;
  const isOurs = failures.every(({ failure }) => failure === 'not-found');
  const names = failures.length === 1 ? first.message : `${failures.length} images have no digest`;
  throw new CliError(
    `${names}; images.lock stays as it is`,
    isOurs ? exitCodes.input : exitCodes.unavailable,
    { cause: first },
  );
}
