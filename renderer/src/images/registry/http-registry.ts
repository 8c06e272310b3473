import { hash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { ImageReference } from '../reference.ts';
import { parseChallenge, type Challenge } from './challenge.ts';
import type { CredentialSource } from './credentials.ts';
import { RegistryError, type RegistryClient } from './registry-client.ts';

export interface HttpRegistryOptions {
  /** Without it, every registry is asked anonymously. */
  credentials?: CredentialSource;
  /** Registries that speak http; those on this machine do without being named. */
  plainHttp?: readonly string[];
  /** Limit of one request. Default: 15,000. */
  timeoutMs?: number;
  /** Tries of one request that the registry may answer later. Default: 4. */
  attempts?: number;
  /** Before the second try; doubles for each. A registry's own Retry-After wins. Default: 500. */
  retryDelayMs?: number;
}

const manifestTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];
const digestPattern = /^sha256:[0-9a-f]{64}$/;
/** What a registry has to accept (distribution spec, "Pushing Manifests"), twice. */
const maxManifestBytes = 8 * 1024 * 1024;
const maxRetryAfterMs = 10_000;

/** A registry over HTTP. Source: OCI distribution spec 1.1; token authentication of distribution. */
export function createHttpRegistry(options: HttpRegistryOptions = {}): RegistryClient {
  const { timeoutMs = 15_000, attempts = 4, retryDelayMs = 500 } = options;
  /** The Authorization header that worked, by registry and repository. */
  const authorizations = new Map<string, string>();

  async function resolve(reference: ImageReference): Promise<string> {
    // The digest of a tag moves nothing: HEAD is enough, and does not count as a pull.
    const head = await ask(reference, 'HEAD');
    await head.body?.cancel();
    const announced = head.headers.get('docker-content-digest');
    if (announced !== null && digestPattern.test(announced)) return announced;
    const response = await ask(reference, 'GET');
    const digest = `sha256:${hash('sha256', await readBody(response, reference))}`;
    const claimed = response.headers.get('docker-content-digest');
    if (claimed === null || claimed === digest || !claimed.startsWith('sha256:')) return digest;
    throw new RegistryError(
      'invalid',
      `${reference.registry} says that ${nameOf(reference)} is ${claimed}, and sends ${digest}`,
    );
  }

  /** The manifest of a tag; answers a challenge once. */
  async function ask(reference: ImageReference, method: 'HEAD' | 'GET'): Promise<Response> {
    const { registry, repository, tag = 'latest' } = reference;
    const url = `${baseUrl(registry)}/v2/${repository}/manifests/${tag}`;
    const key = `${registry}/${repository}`;
    const headers = (): Record<string, string> => {
      const authorization = authorizations.get(key);
      const accept = manifestTypes.join(', ');
      return authorization === undefined ? { accept } : { accept, authorization };
    };
    let response = await request(registry, url, { method, headers: headers() });
    if (response.status === 401) {
      await response.body?.cancel();
      const challenge = parseChallenge(response.headers.get('www-authenticate') ?? '');
      const authorization = challenge && (await authorize(reference, challenge));
      if (authorization === undefined) throw refused(reference);
      authorizations.set(key, authorization);
      response = await request(registry, url, { method, headers: headers() });
    }
    if (response.ok) return response;
    await response.body?.cancel();
    if (response.status === 401 || response.status === 403) {
      authorizations.delete(key);
      throw refused(reference);
    }
    if (response.status === 404)
      throw new RegistryError('not-found', `${registry} has no image ${nameOf(reference)}`);
    const message = `${registry} answers ${response.status} for ${nameOf(reference)}`;
    throw new RegistryError('invalid', message);
  }

  async function authorize(
    { registry, repository }: ImageReference,
    challenge: Challenge,
  ): Promise<string | undefined> {
    const credentials = options.credentials?.(registry);
    const basic =
      credentials &&
      `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`;
    if (challenge.scheme === 'basic') return basic;
    const realm = URL.canParse(challenge.realm) ? new URL(challenge.realm) : undefined;
    if (realm === undefined || (realm.protocol === 'http:' && !isPlain(registry)))
      throw new RegistryError('invalid', `${registry} sends us to an unsafe place for a token`);
    const { service, scope = `repository:${repository}:pull` } = challenge;
    if (service !== undefined) realm.searchParams.set('service', service);
    realm.searchParams.set('scope', scope);
    const headers: Record<string, string> = basic === undefined ? {} : { authorization: basic };
    const response = await request(registry, realm.href, { headers });
    if (!response.ok) {
      await response.body?.cancel();
      return undefined;
    }
    const token = tokenOf(await response.json().catch(() => undefined));
    if (token !== undefined) return `Bearer ${token}`;
    throw new RegistryError('invalid', `${registry} gives no token where it promised one`);
  }

  /** One request, tried again while the registry may answer it later. */
  async function request(registry: string, url: string, init: RequestInit): Promise<Response> {
    for (let attempt = 1; ; attempt += 1) {
      const isLast = attempt >= attempts;
      let delay = retryDelayMs * 2 ** (attempt - 1);
      try {
        const response = await fetch(url, { ...init, signal: AbortSignal.timeout(timeoutMs) });
        if (response.status !== 429 && response.status < 500) return response;
        await response.body?.cancel();
        if (isLast)
          throw new RegistryError('unreachable', `${registry} answers ${response.status}`);
        delay = retryAfter(response.headers.get('retry-after')) ?? delay;
      } catch (error) {
        if (error instanceof RegistryError) throw error;
        if (isLast)
          throw new RegistryError('unreachable', `${registry} does not answer${reasonOf(error)}`, {
            cause: error,
          });
      }
      await wait(delay);
    }
  }

  function baseUrl(registry: string): string {
    if (registry === 'docker.io') return 'https://registry-1.docker.io';
    return `${isPlain(registry) ? 'http' : 'https'}://${registry}`;
  }

  function isPlain(registry: string): boolean {
    const host = registry.replace(/:[0-9]+$/, '');
    const isHere = host === 'localhost' || /^127(?:\.[0-9]{1,3}){3}$/.test(host);
    return isHere || (options.plainHttp ?? []).includes(registry);
  }

  return { resolve };
}

async function readBody(response: Response, reference: ImageReference): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    const bytes: Uint8Array = chunk;
    size += bytes.length;
    if (size > maxManifestBytes) {
      const message = `${reference.registry} sends no manifest for ${nameOf(reference)}: it is too large`;
      throw new RegistryError('invalid', message);
    }
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

function nameOf({ repository, tag = 'latest' }: ImageReference): string {
  return `${repository}:${tag}`;
}

function refused(reference: ImageReference): RegistryError {
  return new RegistryError('refused', `${reference.registry} refuses ${nameOf(reference)}`);
}

function tokenOf(answer: unknown): string | undefined {
  if (typeof answer !== 'object' || answer === null) return undefined;
  const { token, access_token: accessToken }: { token?: unknown; access_token?: unknown } = answer;
  const found = token ?? accessToken;
  return typeof found === 'string' && found !== '' ? found : undefined;
}

/** Seconds until the registry wants to be asked again; a date is not worth its parser here. */
function retryAfter(header: string | null): number | undefined {
  if (header === null || !/^[0-9]+$/.test(header)) return undefined;
  return Math.min(Number(header) * 1000, maxRetryAfterMs);
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (cause instanceof Error && cause.name === 'TimeoutError') return ' in time';
  if (!(cause instanceof Error)) return '';
  return ` (${'code' in cause ? String(cause.code) : cause.message})`;
}
