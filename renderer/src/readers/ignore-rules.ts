/** What one .gitignore says. */
export interface IgnoreRules {
  /**
   * Whether a path is ignored; undefined when no rule is about it.
   *
   * @param path relative to the directory of the .gitignore
   */
  decide(path: string, isDirectory: boolean): boolean | undefined;
}

interface Rule {
  matches: RegExp;
  /** `!pattern`: not ignored after all. */
  isException: boolean;
  directoriesOnly: boolean;
}

/** Reads a .gitignore. Source: gitignore(5), "PATTERN FORMAT". */
export function parseIgnoreRules(text: string): IgnoreRules {
  const rules = text
    .split('\n')
    .map((line) => parseRule(line.replace(/\r$/, '')))
    .filter((rule) => rule !== undefined);
  return {
    decide(path, isDirectory) {
      const rule = rules.findLast(
        ({ matches, directoriesOnly }) => (isDirectory || !directoriesOnly) && matches.test(path),
      );
      return rule && !rule.isException;
    },
  };
}

function parseRule(line: string): Rule | undefined {
  if (line.startsWith('#')) return undefined;
  const isException = line.startsWith('!');
  // Blanks at the end do not count, unless a backslash keeps them.
  const pattern = line.slice(isException ? 1 : 0).replace(/(?<!\\)((?:\\\\)*) +$/, '$1');
  const directoriesOnly = pattern.endsWith('/');
  const body = directoriesOnly ? pattern.slice(0, -1) : pattern;
  if (body === '' || /(?<!\\)(?:\\\\)*\\$/.test(body)) return undefined;
  // A slash at the beginning or in the middle ties the pattern to the directory of the file.
  const isTied = body.includes('/');
  const source = toRegExp(body.replace(/^\//, ''));
  if (source === undefined) return undefined;
  return {
    matches: new RegExp(`^${isTied ? '' : '(?:.*/)?'}${source}$`, 's'),
    isException,
    directoriesOnly,
  };
}

/** The pattern as the source of a regular expression; undefined when it can match nothing. */
function toRegExp(pattern: string): string | undefined {
  let source = '';
  for (let index = 0; index < pattern.length; index += 1) {
    const char = pattern[index] ?? '';
    const rest = pattern.slice(index);
    const isStart = index === 0 || pattern[index - 1] === '/';
    if (isStart && rest.startsWith('**/')) {
      source += '(?:.*/)?';
      index += 2;
    } else if (isStart && rest === '**') {
      source += '.*';
      index += 1;
    } else if (char === '*') source += '[^/]*';
    else if (char === '?') source += '[^/]';
    else if (char === '\\') source += escape(pattern[(index += 1)] ?? '');
    else if (char === '[') {
      const set = readSet(rest);
      if (set === undefined) return undefined;
      source += set.source;
      index += set.length - 1;
    } else source += escape(char);
  }
  return source;
}

/** A set such as `[a-z]`, `[!x]` or `[[:digit:]]`. */
function readSet(text: string): { source: string; length: number } | undefined {
  const match = /^\[([!^]?)(\]?(?:\[:[a-z]+:\]|\\.|[^\]\\])*)\]/s.exec(text);
  if (match === null) return undefined;
  const [whole, negation, body = ''] = match;
  let members = '';
  for (const [part] of body.matchAll(/\[:[a-z]+:\]|\\.|./gs)) {
    const named = classes[part];
    if (named !== undefined) members += named;
    else if (part === '-') members += '-';
    else members += escape(part.length === 2 ? (part[1] ?? '') : part);
  }
  const source = `(?!/)[${negation === '' ? '' : '^'}${members}]`;
  return isRegExp(source) ? { source, length: whole.length } : undefined;
}

/** No: a range runs backwards. Git matches nothing with it. */
function isRegExp(source: string): boolean {
  try {
    return new RegExp(source, 's').source !== '';
  } catch {
    return false;
  }
}

const classes: Readonly<Record<string, string>> = {
  '[:alnum:]': 'A-Za-z0-9',
  '[:alpha:]': 'A-Za-z',
  '[:digit:]': '0-9',
  '[:lower:]': 'a-z',
  '[:space:]': '\\s',
  '[:upper:]': 'A-Z',
  '[:xdigit:]': 'A-Fa-f0-9',
};

function escape(char: string): string {
  return /[\^$\\.*+?()[\]{}|/-]/.test(char) ? `\\${char}` : char;
}
