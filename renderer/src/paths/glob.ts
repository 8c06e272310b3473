/** Whether a path is a pattern: `*`, `?`, `[…]`. */
export function isGlob(path: string): boolean {
  return /[*?[]/.test(path);
}

/** The directory that holds everything a pattern can match. */
export function globBase(pattern: string): string {
  const parts = pattern.split('/');
  const first = parts.findIndex(isGlob);
  return parts.slice(0, first < 0 ? -1 : first).join('/');
}

/**
 * A matcher for `*` and `?` inside a name, `**` across directories and `[abc]`. A leading dot is
 * matched only by a dot.
 */
export function globMatcher(pattern: string): (path: string) => boolean {
  const parts = pattern.split('/').map((part) => (part === '**' ? undefined : partPattern(part)));
  return (path) => matchParts(parts, path.split('/'));
}

function matchParts(pattern: readonly (RegExp | undefined)[], path: readonly string[]): boolean {
  const [first, ...rest] = pattern;
  if (pattern.length === 0) return path.length === 0;
  if (first === undefined) {
    for (let skip = 0; skip <= path.length; skip += 1) {
      if (skip > 0 && path[skip - 1]?.startsWith('.') === true) return false;
      if (matchParts(rest, path.slice(skip))) return true;
    }
    return false;
  }
  const [name, ...others] = path;
  return name !== undefined && first.test(name) && matchParts(rest, others);
}

function partPattern(part: string): RegExp {
  const body = part.replace(/\[[^\]]+\]|[*?]|[.+^${}()|[\]\\]/g, (found) => {
    if (found === '*') return '.*';
    if (found === '?') return '.';
    if (found.length > 1) return found.replace(/^\[!/, '[^').replaceAll('\\', '\\\\');
    return `\\${found}`;
  });
  return new RegExp(`^${part.startsWith('.') ? '' : '(?!\\.)'}${body}$`, 'u');
}
