import type { ApiCode } from '../errors/index.ts';

/** The parts of a request by which it shows where it comes from. */
export interface RequestSource {
  method: string;
  host: string | undefined;
  origin: string | undefined;
  /** It bears the install token, which no foreign page can make a browser send. */
  bearer: boolean;
}

/** The `host:port` values by which a loopback listener is addressed, with those that were allowed by name. */
export function allowedHosts(port: number, extra: readonly string[] = []): ReadonlySet<string> {
  const names = ['127.0.0.1', 'localhost', '[::1]'];
  const hosts = names.flatMap((name) => (port === 80 ? [name, `${name}:80`] : [`${name}:${port}`]));
  return new Set([...hosts, ...extra.map((host) => host.toLowerCase())]);
}

/**
 * Refuses what a foreign page could cause: a Host of its own (DNS rebinding), another Origin, or a change
 * without any (request forgery). Undefined: the request may pass. Pure.
 */
export function refuseForeign(
  source: RequestSource,
  hosts: ReadonlySet<string>,
): ApiCode | undefined {
  if (source.host === undefined || !hosts.has(source.host.toLowerCase())) return 'CK-API-012';
  if (source.origin !== undefined)
    return isAllowedOrigin(source.origin, hosts) ? undefined : 'CK-API-013';
  const reads = source.method === 'GET' || source.method === 'HEAD';
  return reads || source.bearer ? undefined : 'CK-API-013';
}

function isAllowedOrigin(origin: string, hosts: ReadonlySet<string>): boolean {
  const host = /^https?:\/\/([^/]+)$/.exec(origin.toLowerCase())?.[1];
  return host !== undefined && hosts.has(host);
}
