import { expect } from 'chai';
import fc from 'fast-check';
import { findingsOf, stackText } from '../testing/index.ts';
import { compileTemplate, evaluateTemplate } from './template.ts';

const piece = fc.constantFrom(
  '{{',
  '}}',
  '{{-',
  '-}}',
  ' ',
  '.',
  '.Env',
  '.Vars',
  '$',
  '$x',
  ':=',
  '=',
  '|',
  '(',
  ')',
  ',',
  '"a"',
  '"',
  '`',
  "'a'",
  '1',
  '-1',
  '1.5',
  '0x',
  '1e999',
  'if',
  'else',
  'end',
  'range',
  'with',
  'define "t"',
  'template "t"',
  'block "t" .',
  'break',
  'continue',
  'nil',
  'true',
  'eq',
  'printf "%*d%v%s%!"',
  'index',
  'slice',
  'len',
  'and',
  'or',
  'default',
  'envOr "a" "b"',
  'ternary',
  'join',
  '/*',
  '*/',
  '\n',
  'x',
  '999999',
  'html',
  'js',
  'quote',
  '\\',
);
const context = {
  root: { Env: 'dev', Vars: { a: 1 }, List: [1, 'a', null], Map: { x: {} } },
  vars: { a: 1 },
  limits: { steps: 2000, output: 10_000, depth: 20 },
};

describe('any text as a template', () => {
  it('ends with a value or a described error, never with anything else', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 25 }), (pieces) => {
        const text = pieces.join('');
        const template = compileTemplate(text);
        const outcome = template.ok ? evaluateTemplate(template.value, context) : template;
        if (outcome.ok) return;
        expect(outcome.error.message, text).to.have.length.above(0);
        expect(outcome.error.offset, text).to.be.within(0, text.length);
      }),
      { numRuns: 20_000 },
    );
  });

  it('in a services.yaml is a finding at a place, never a crash', async () => {
    const valid = stackText(
      `  environments: { dev: { vars: { a: "1" } } }\n  vars: { a: {} }\n  images: { web: { from: "nginx" } }\n  services:\n    - name: web\n      codeUpdateStrategy: rebuild\n      workload: { image: web, args: ["{{ .Vars.a }}"] }\n`,
    );
    await fc.assert(
      fc.asyncProperty(
        fc.nat(valid.length),
        fc.nat(12),
        fc.oneof(piece, fc.string({ maxLength: 6 })),
        async (at, removed, inserted) => {
          const text = valid.slice(0, at) + inserted + valid.slice(at + removed);
          for (const finding of await findingsOf({ 'services.yaml': text }))
            expect(finding).to.match(/CK-R-\d{3} ./);
        },
      ),
      { numRuns: 500 },
    );
  });
});
