import { expect } from 'chai';
import golden from '../../testdata/golden/golden.json' with { type: 'json' };
import { GoFloat, type GoMap } from './go-value.ts';
import { compileTemplate, evaluateTemplate, executeTemplate } from './template.ts';

/** The same values as `context()` in testdata/golden/main.go. */
const vars: GoMap = {
  name: 'Web',
  blank: ' ',
  empty: '',
  on: true,
  off: false,
  count: 2,
  zero: 0,
  ratio: 0.5,
  whole: new GoFloat(2),
  big: new GoFloat(1e21),
  tiny: 1e-7,
  thousand: new GoFloat(1_000_000),
  third: 1 / 3,
  inf: new GoFloat(Number.POSITIVE_INFINITY),
  text: 'a "b" <c> & \'d\'\n\tü€😀',
};
const root: GoMap = {
  Project: 'shop',
  Env: 'dev',
  Slot: 3,
  Namespace: 'shop-dev-3',
  Vars: vars,
  Versions: { web: 'v1.2.3', api: '0.9.0' },
  List: ['a', 'b', 3, true],
  Empty: [],
  Map: { b: 2, a: 1, ü: 3, Z: { deep: 'x' } },
  Nil: null,
};
const context = { root, vars };

/** Where Go prints `<no value>` or `<nil>` into the output, we refuse: null is never meant. */
const refused = new Set(['{{ .Nil }}']);

function render(text: string): string | null {
  const template = compileTemplate(text);
  if (!template.ok) return null;
  const outcome = executeTemplate(template.value, context);
  return outcome.ok ? outcome.value.map((piece) => piece.text).join('') : null;
}

function value(text: string): unknown {
  const template = compileTemplate(text);
  const outcome = template.ok ? evaluateTemplate(template.value, context) : template;
  return outcome.ok ? outcome.value : outcome.error.message;
}

function place(text: string): string {
  const template = compileTemplate(text);
  const outcome = template.ok ? executeTemplate(template.value, context) : template;
  return outcome.ok ? '' : `${outcome.error.offset} ${outcome.error.kind} ${outcome.error.message}`;
}

describe('the template language', () => {
  for (const { template, output } of golden) {
    it(`does as Go does with ${JSON.stringify(template)}`, () => {
      expect(render(template)).to.equal(refused.has(template) ? null : output);
    });
  }

  it('keeps the type of a value that stands alone', () => {
    expect(value('{{ .Slot }}')).to.equal(3);
    expect(value('{{- eq .Env "dev" -}}')).to.equal(true);
    expect(value('{{ .Vars.name }}')).to.equal('Web');
    expect(value('{{ .Slot }}{{ "" }}')).to.equal('3');
    expect(value('{{ .Slot }} ')).to.equal('3 ');
  });

  it('says where a template is wrong', () => {
    expect(place('a {{ .Vars.nope }}')).to.match(
      /^5 execution \.Vars has no entry "nope": there are/,
    );
    expect(place('{{ nope }}')).to.equal('3 syntax function "nope" not defined');
    expect(place('{{ if true }}')).to.equal('0 syntax this action has no {{end}}');
    expect(place('x{{ eq 1 "1" }}')).to.match(/^4 execution incompatible types/);
    expect(place('{{ envOr "HOME" "x" }}')).to.equal(
      '3 undeclared the variable HOME is not declared',
    );
    expect(place('{{ .Vars.name | default "x" }}')).to.match(/cannot be piped into/);
  });

  it('ends every template: steps, depth and output are limited', () => {
    const limits = { steps: 1000, output: 1000, depth: 10 };
    const kind = (text: string): string => {
      const template = compileTemplate(text);
      if (!template.ok) return template.error.message;
      const outcome = executeTemplate(template.value, { ...context, limits });
      return outcome.ok ? 'ok' : outcome.error.kind;
    };
    expect(kind('{{ range 1000000 }}{{ range 1000000 }}{{ end }}{{ end }}')).to.equal('limit');
    expect(kind('{{ define "x" }}{{ template "x" }}{{ end }}{{ template "x" }}')).to.equal('limit');
    expect(kind('{{ range 200 }}0123456789{{ end }}')).to.equal('limit');
    expect(kind('{{ if true }}'.repeat(5000))).to.equal('nested too deep');
    expect(kind('{{ printf "%999999999d" 1 }}')).not.to.equal('ok');
  });
});
