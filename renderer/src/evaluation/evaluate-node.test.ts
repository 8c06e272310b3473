import { expect } from 'chai';
import fc from 'fast-check';
import { BoundedMap } from '../cache/index.ts';
import { Findings } from '../diagnostics/index.ts';
import { compileTemplate, executeTemplate, type TemplateContext } from '../template/index.ts';
import { sourceText, type YamlScalar } from '../yaml/index.ts';
import { evaluateScalar } from './evaluate-node.ts';
import { TemplateSet } from './template-set.ts';

const context: TemplateContext = { root: { Env: 'dev', Slot: 7, Vars: { a: ' x ' } }, vars: {} };
const pieces = [
  '{{ .Env }}',
  '{{- .Env -}}',
  '{{ .Vars.a }}',
  '{{ "}}" }}',
  '{{ "{{" }}',
  '{{/* c */}}',
  '{{- /* c */ -}}',
  '{{ if .Slot }}',
  '{{ end }}',
  '{{ .Nope }}',
  '{{ .Slot',
  '}}',
  '{',
  '-',
  ' ',
  'a',
  '\n  ',
  'https://',
];

describe('templates in scalars', () => {
  it('yield what the whole text yields, and fail where it fails, though only the actions are compiled', () => {
    let [fine, failed] = [0, 0];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { minLength: 2, maxLength: 6 }), (parts) => {
        const text = parts.join('');
        if (!text.includes('{{')) return;
        const findings = new Findings();
        const source = sourceText('a.yaml', `"${text}"`);
        const scalar: YamlScalar = { kind: 'scalar', value: text, source, offset: 0 };
        const evaluated = evaluateScalar(
          scalar,
          new TemplateSet(new BoundedMap(10_000), findings),
          context,
        );
        const template = compileTemplate(text);
        const whole = template.ok ? executeTemplate(template.value, context) : template;
        if (whole.ok) {
          fine += 1;
          const expected = whole.value.map((part) => part.text).join('');
          expect(findings.toDiagnostics(), text).to.deep.equal([]);
          expect(evaluated.printed ?? evaluated.value, text).to.equal(expected);
        } else {
          failed += 1;
          const [found] = findings.toDiagnostics();
          expect(found, text).to.include({
            message: whole.error.message,
            ...source.locate(whole.error.offset + 1),
          });
        }
      }),
      { numRuns: 3000 },
    );
    expect(fine).to.be.greaterThan(500);
    expect(failed).to.be.greaterThan(500);
  });
});
