/**
 * Whether the name is a full ref such as `refs/heads/env/production`: git's own rules
 * (git-check-ref-format), applied before a name reaches a path or a command stream.
 */
export function isRefName(ref: string): boolean {
  if (!ref.startsWith('refs/') || ref.length > 250) return false;
  // eslint-disable-next-line no-control-regex -- control characters are what is refused
  if (/[\u0000- ~^:?*[\\\u007F]|\.\.|@\{|\/\/|\/$|\.$/.test(ref)) return false;
  const parts = ref.split('/');
  return (
    parts.length > 2 &&
    parts.every((part) => part !== '' && !part.startsWith('.') && !part.endsWith('.lock'))
  );
}
