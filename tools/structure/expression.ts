/** Expressions of GitHub Actions, as far as a check has to understand them. */

export type Expression =
  | { kind: 'literal'; text: string }
  /** `github.event.pull_request.labels.*.name`: lower case, an index as its own part. */
  | { kind: 'reference'; parts: string[]; inner: Expression[] }
  | { kind: 'call'; name: string; operands: Expression[] }
  | { kind: 'operator'; name: string; operands: Expression[] };

const token =
  /\s+|(?<string>'(?:[^']|'')*')|(?<number>[-+]?(?:0x[0-9a-f]+|\d+(?:\.\d+)?(?:e[-+]?\d+)?))|(?<name>[A-Za-z_][\w-]*)|(?<sign>&&|\|\||[=!<>]=|[!<>()[\].,*])/giy;
const precedence = [['||'], ['&&'], ['==', '!='], ['<', '<=', '>', '>=']];

/** Parses one expression, without `${{ }}`. Throws an Error that says what it does not understand. */
export function parseExpression(text: string): Expression {
  const tokens = [...tokenize(text)];
  let position = 0;
  const peek = () => tokens[position];
  const accept = (sign: string): boolean => {
    if (peek() !== sign) return false;
    position += 1;
    return true;
  };
  const expect = (sign: string) => {
    if (!accept(sign)) throw new Error(`${sign} expected before ${peek() ?? 'the end'}: ${text}`);
  };
  const binary = (level: number): Expression => {
    const signs = precedence[level];
    if (signs === undefined) return unary();
    let left = binary(level + 1);
    for (let sign = peek(); sign !== undefined && signs.includes(sign); sign = peek()) {
      position += 1;
      left = { kind: 'operator', name: sign, operands: [left, binary(level + 1)] };
    }
    return left;
  };
  const unary = (): Expression =>
    accept('!') ? { kind: 'operator', name: '!', operands: [unary()] } : postfix();
  const postfix = (): Expression => {
    if (accept('(')) {
      const inside = binary(0);
      expect(')');
      return rest(inside);
    }
    const first = tokens[position];
    position += 1;
    if (first === undefined) throw new Error(`an expression ends early: ${text}`);
    if (/^['\d+-]/.test(first) || /^(?:true|false|null)$/i.test(first))
      return { kind: 'literal', text: first.replace(/^'|'$/g, '') };
    if (!/^[A-Za-z_]/.test(first)) throw new Error(`${first} is not expected: ${text}`);
    if (!accept('(')) return rest({ kind: 'reference', parts: [first.toLowerCase()], inner: [] });
    const operands: Expression[] = [];
    while (!accept(')')) {
      operands.push(binary(0));
      if (peek() !== ')') expect(',');
    }
    return rest({ kind: 'call', name: first.toLowerCase(), operands });
  };
  /** `.name`, `.*` and `[index]`, on references and on what calls and brackets yield. */
  const rest = (base: Expression): Expression => {
    const parts: string[] = [];
    const inner: Expression[] = [];
    for (;;) {
      if (accept('.')) {
        parts.push((tokens[position] ?? '').toLowerCase());
        position += 1;
      } else if (accept('[')) {
        const index = accept('*') ? undefined : binary(0);
        expect(']');
        parts.push(index?.kind === 'literal' ? index.text.toLowerCase() : '*');
        if (index !== undefined && index.kind !== 'literal') inner.push(index);
      } else break;
    }
    if (parts.length === 0) return base;
    if (base.kind === 'reference')
      return {
        kind: 'reference',
        parts: [...base.parts, ...parts],
        inner: [...base.inner, ...inner],
      };
    return { kind: 'reference', parts: ['', ...parts], inner: [base, ...inner] };
  };
  const parsed = binary(0);
  if (position < tokens.length) throw new Error(`${tokens[position]} is not expected: ${text}`);
  return parsed;
}

function* tokenize(text: string): Generator<string> {
  token.lastIndex = 0;
  while (token.lastIndex < text.length) {
    const start = token.lastIndex;
    const match = token.exec(text);
    if (match === null)
      throw new Error(`${text.slice(start, start + 10)} is not understood: ${text}`);
    if (match[0].trim() !== '') yield match[0];
  }
}

/** The expressions in a text with `${{ }}`. */
export function expressionsIn(text: string): string[] {
  // A string in an expression may hold `}}`.
  return [...text.matchAll(/\$\{\{((?:'(?:[^']|'')*'|[^'])*?)\}\}/g)].map(
    (match) => match[1] ?? '',
  );
}
