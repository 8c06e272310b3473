/**
 * Whether a version lies in a range: comparators (`>=1.2`, `<2`, `^1.4`, `~1.4.1`, `1.2`) joined by
 * spaces, alternatives by `||`. A version that leaves parts out means all that begin so.
 *
 * @returns undefined when the range cannot be read
 */
export function isInRange(version: string, range: string): boolean | undefined {
  const subject = parseVersion(version);
  if (subject === undefined) return undefined;
  let some = false;
  for (const alternative of range.split('||')) {
    const comparators = [...alternative.matchAll(/(>=|<=|>|<|=|\^|~)?\s*v?([0-9][0-9A-Za-z.-]*)/g)];
    const rest = alternative.replace(/(>=|<=|>|<|=|\^|~)?\s*v?([0-9][0-9A-Za-z.-]*)/g, '');
    if (comparators.length === 0 || rest.trim() !== '') return undefined;
    let every = true;
    for (const [, operator = '=', text = ''] of comparators) {
      const bounds = boundsOf(operator, text);
      if (bounds === undefined) return undefined;
      const { from, below } = bounds;
      const fits =
        (from === undefined || compare(subject, from) >= 0) &&
        (below === undefined || compare(subject, below) < 0);
      every &&= fits;
    }
    some ||= every;
  }
  return some;
}

/** Major, minor, patch; a pre-release counts as just below its version. */
type Version = readonly [major: number, minor: number, patch: number, release: 0 | 1];

interface Bounds {
  from?: Version;
  below?: Version;
}

const versionText = /^([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?(-[0-9A-Za-z.-]+)?$/;

function parseVersion(text: string): Version | undefined {
  const match = versionText.exec(text);
  if (match === null) return undefined;
  const [, major, minor = 0, patch = 0, pre] = match;
  return [Number(major), Number(minor), Number(patch), pre === undefined ? 1 : 0];
}

/** The versions a comparator admits: from one up to below another. */
function boundsOf(operator: string, text: string): Bounds | undefined {
  const version = parseVersion(text);
  const parts = versionText
    .exec(text)
    ?.slice(1, 4)
    .filter((part) => part !== undefined).length;
  if (version === undefined || parts === undefined) return undefined;
  const [major, minor, patch, release] = version;
  const next: Version =
    parts === 1
      ? [major + 1, 0, 0, 0]
      : parts === 2
        ? [major, minor + 1, 0, 0]
        : [major, minor, patch + release, release === 0 ? 1 : 0];
  switch (operator) {
    case '>=':
      return { from: version };
    case '>':
      return { from: parts === 3 ? next : [next[0], next[1], next[2], 1] };
    case '<':
      return { below: parts === 3 && release === 0 ? version : [major, minor, patch, 0] };
    case '<=':
      return { below: next };
    case '~':
      return {
        from: version,
        below: parts === 1 ? [major + 1, 0, 0, 0] : [major, minor + 1, 0, 0],
      };
    case '^':
      return { from: version, below: caretEnd(version, parts) };
    default:
      return { from: version, below: next };
  }
}

/** `^` keeps the first number that is not zero. */
function caretEnd([major, minor, patch]: Version, parts: number): Version {
  if (major > 0 || parts === 1) return [major + 1, 0, 0, 0];
  if (minor > 0 || parts === 2) return [0, minor + 1, 0, 0];
  return [0, 0, patch + 1, 0];
}

function compare(a: Version, b: Version): number {
  for (const [index, part] of a.entries()) {
    const difference = part - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
