/** What a registry asks for, from a WWW-Authenticate header. */
export type Challenge =
  | { scheme: 'basic' }
  | { scheme: 'bearer'; realm: string; service: string | undefined; scope: string | undefined };

const schemeStart = /(?:^|,)\s*(basic|bearer)(?=\s|,|$)/gi;
const parameter = /([a-z_]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",]+))/gi;

/**
 * Reads a WWW-Authenticate header; a bearer challenge is taken before a basic one.
 * Source: RFC 9110 §11.6.1; distribution "Token Authentication Specification".
 */
export function parseChallenge(header: string): Challenge | undefined {
  const starts = [...header.matchAll(schemeStart)];
  let basic: Challenge | undefined;
  for (const [index, start] of starts.entries()) {
    if (start[1]?.toLowerCase() === 'basic') {
      basic = { scheme: 'basic' };
      continue;
    }
    const text = header.slice(start.index + start[0].length, starts[index + 1]?.index);
    const found = new Map<string, string>();
    for (const [, name = '', quoted, plain = ''] of text.matchAll(parameter))
      found.set(name.toLowerCase(), quoted?.replaceAll(/\\(.)/g, '$1') ?? plain);
    const realm = found.get('realm');
    if (realm !== undefined)
      return { scheme: 'bearer', realm, service: found.get('service'), scope: found.get('scope') };
  }
  return basic;
}
