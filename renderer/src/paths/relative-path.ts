/**
 * A path as a file of the source names it, made relative to the root of the source.
 *
 * @param from path of the file that names it
 * @returns undefined when it is absolute or leads outside of the root
 */
export function resolvePath(from: string, path: string): string | undefined {
  if (path.startsWith('/') || path.includes('\\') || path.includes('\0')) return undefined;
  const parts = from.split('/').slice(0, -1);
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join('/');
}
