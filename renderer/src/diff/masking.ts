import { hidden, type Masking } from './masked.ts';

/** Words that make a name secret, as single words of the name. */
const secretWords = new Set(
  'apikey auth bearer cookie credential credentials dsn hmac jwt pass passcode passphrase passwd password passwords pat pepper pin privatekey pwd salt secret secrets token tokens'.split(
    ' ',
  ),
);
/** Before the word `key` these make a secret; `topologyKey` is none. */
const keyWords = new Set(
  'access account api auth client deploy encryption hmac license master private session shared signing ssh storage tls webhook'.split(
    ' ',
  ),
);
/** A name that ends so tells where a secret is or what it is like, not what it is. */
const harmlessEnds = new Set(
  'algorithm audience class dir directory enabled endpoint expiry file host issuer kind length mode name names namespace path policy port provider ref refs seconds size timeout ttl type user username version'.split(
    ' ',
  ),
);

/**
 * How secrets are told from the rest. It errs on the side of hiding: a masked field still says that
 * it changed.
 *
 * @param known values that are secret wherever they stand, such as declared secret inputs
 */
export function createMasking(known: readonly string[] = []): Masking {
  // The longest first: one may contain another.
  const values = known.filter((value) => value !== '').toSorted((a, b) => b.length - a.length);
  return {
    isSecretName,
    isHarmlessName,
    maskText: (text) => maskKnownForms(hideValues(text, values)),
  };
}

/** A text without certain values. */
export function hideValues(text: string, values: readonly string[]): string {
  let shown = text;
  for (const value of values) {
    // A short value occurs by chance in other words.
    if (value.length >= 4) shown = shown.replaceAll(value, hidden);
    else if (shown === value) shown = hidden;
  }
  return shown;
}

function isHarmlessName(name: string): boolean {
  const last = wordsOf(name).at(-1) ?? '';
  return harmlessEnds.has(last) || last === 'key' || last === 'keys';
}

/** Whether what stands under a name is a secret: under a key of an object, or in a variable. */
export function isSecretName(name: string, place: 'key' | 'variable'): boolean {
  const words = wordsOf(name);
  const last = words.at(-1) ?? '';
  if (harmlessEnds.has(last)) return false;
  if (words.some((word) => secretWords.has(word))) return true;
  const key = words.findIndex((word) => word === 'key' || word === 'keys');
  if (key > 0 && keyWords.has(words[key - 1] ?? '')) return true;
  // DJANGO_KEY: a variable, unlike a field of an object, is rarely the key of a map.
  return place === 'variable' && last === 'key' && words.length > 1;
}

function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
}

const pemBlock =
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g;
const urlPassword = /([a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:)([^\s@]+)(@)/gi;
const knownTokens =
  /\b(?:gh[pousr]_[A-Za-z0-9]{16,}|github_pat_\w{20,}|glpat-[\w-]{16,}|xox[abprs]-[\w-]{10,}|AKIA[0-9A-Z]{12,}|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*)/g;
const authorization = /\b((?:bearer|basic)\s+)([A-Za-z0-9+/=_.~-]{8,})/gi;
/** `NAME=`, `name: `, `"name": `, `--name=`, `?name=`: a value follows. */
const assignment = /([A-Za-z][\w.-]*)["']?[ \t]*[=:][ \t]*/g;
const assigned = /\$\{[\w.-]+\}|\$\([\w.-]+\)|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[^\s"',;&}]+/y;
const reference = /^(?:\$\([\w.-]+\)|\$\{[\w.-]+\}|\$[A-Za-z_]\w*)$/;

function maskKnownForms(text: string): string {
  const masked = text
    .replace(pemBlock, hidden)
    .replace(urlPassword, (whole, before: string, password: string, after: string) =>
      reference.test(password) ? whole : `${before}${hidden}${after}`,
    )
    .replace(knownTokens, hidden)
    .replace(authorization, `$1${hidden}`);
  return maskAssignments(masked);
}

function maskAssignments(text: string): string {
  let result = '';
  let done = 0;
  for (const match of text.matchAll(assignment)) {
    const start = match.index + match[0].length;
    if (match.index < done || !isSecretName(match[1] ?? '', 'variable')) continue;
    assigned.lastIndex = start;
    const [value = ''] = assigned.exec(text) ?? [];
    const bare = value.replace(/^(["'])(.*)\1$/s, '$2');
    if (bare === '' || bare === hidden || reference.test(bare)) continue;
    result += text.slice(done, start) + hidden;
    done = start + value.length;
  }
  return result + text.slice(done);
}
