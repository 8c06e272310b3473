import type { EnvironmentDiff, RenderDiff, UnitDiff } from '@codex-k8s/schema';
import { printYaml, type Value } from '../yaml/index.ts';
import { describeField, describeImages, foldImages, type FieldLine } from './describe-field.ts';
import { diagnosticsMarkdown } from './diagnostics-markdown.ts';
import {
  count,
  environmentTitle,
  foldedImages,
  objectTitle,
  sideName,
  summaryOf,
} from './diff-text.ts';
import { cell, code, details, fenced, html } from './markdown.ts';
import { shorten } from './visible.ts';

/** What a comment on GitHub may hold. */
export const commentLimit = 65_536;

/** Begins every diff: a bot finds its comment by it. */
export const diffMarker = '<!-- codex-k8s diff -->';

export interface MarkdownOptions {
  /** Most characters of the text; at least 2,000. */
  limit?: number;
  /** How to see the whole, for a text that is cut. */
  whole: string;
}

/** A unit in several sizes, the largest first; what fits is taken. */
interface Sizes {
  environment: number;
  texts: readonly string[];
  /** The size that is taken; undefined leaves the unit out. */
  taken?: number;
}

/**
 * A diff as a comment on a pull request. It always fits: details give way first, and what was left
 * out is said.
 */
export function formatDiffMarkdown(diff: RenderDiff, options: MarkdownOptions): string {
  const limit = Math.max(2_000, Math.min(options.limit ?? commentLimit, 1_000_000));
  const whole = code(options.whole, 400);
  // What is said at the end of a text that was cut fits into this.
  const reserve = 300 + whole.length;
  const top = headOf(diff) + tableOf(diff.environments, Math.floor(limit * 0.4) - 900);
  const findings = diagnosticsMarkdown(
    [
      { title: 'Errors and warnings', diagnostics: diff.head.diagnostics },
      { title: `The base does not render`, diagnostics: errorsOf(diff.base.diagnostics) },
    ],
    Math.floor(limit * 0.3),
  );
  const wrappers = diff.environments.map(wrapperOf);
  const units = diff.environments.flatMap((environment, index) =>
    environment.change === 'failed' ? [] : sizesOf(environment, index),
  );
  let room = limit - reserve - top.length - findings.length;
  const opened = new Set<number>();
  for (const unit of units) {
    const smallest = unit.texts.length - 1;
    const wrapper = opened.has(unit.environment) ? 0 : (wrappers[unit.environment]?.length ?? 0);
    const cost = (unit.texts[smallest]?.length ?? 0) + wrapper;
    if (cost > room) continue;
    unit.taken = smallest;
    opened.add(unit.environment);
    room -= cost;
  }
  for (const unit of units) {
    if (unit.taken === undefined) continue;
    const current = unit.texts[unit.taken]?.length ?? 0;
    const larger = unit.texts.findIndex((text) => text.length - current <= room);
    if (larger < 0 || larger >= unit.taken) continue;
    room -= (unit.texts[larger]?.length ?? 0) - current;
    unit.taken = larger;
  }
  const body = wrappers.map(({ wrap }, index) => {
    const inside = units.filter((unit) => unit.environment === index && unit.taken !== undefined);
    return inside.length === 0 ? '' : wrap(inside.map(takenText).join(''));
  });
  return top + findings + body.join('') + leftOut(units, whole);
}

function headOf(diff: RenderDiff): string {
  const sides = `${code(sideName(diff.base), 200)} → ${code(sideName(diff.head), 200)}`;
  return `${diffMarker}\n### Rendered changes\n\n${sides}: ${summaryOf(diff)}\n\n`;
}

function errorsOf(
  diagnostics: RenderDiff['base']['diagnostics'],
): RenderDiff['base']['diagnostics'] {
  return diagnostics.filter(({ severity }) => severity === 'error');
}

function tableOf(environments: readonly EnvironmentDiff[], room: number): string {
  if (environments.length === 0) return '';
  let text = '| environment | units | created | changed | removed | |\n|---|--:|--:|--:|--:|---|\n';
  let rows = 0;
  for (const environment of environments) {
    const row = tableRow(environment);
    if (text.length + row.length > room) break;
    text += row;
    rows += 1;
  }
  const rest = environments.length - rows;
  return `${text}${rest === 0 ? '' : `| … and ${rest} more | | | | | |\n`}\n`;
}

function tableRow(environment: EnvironmentDiff): string {
  const objects = environment.units.flatMap((unit) => unit.objects);
  const of = (change: string) =>
    String(objects.filter((object) => object.change === change).length || '');
  const { change, units, baseFailed } = environment;
  const note =
    change === 'unchanged'
      ? 'no changes'
      : change === 'failed'
        ? '**does not render**'
        : baseFailed
          ? 'base does not render'
          : change === 'changed'
            ? ''
            : change;
  const title = cell(environmentTitle(environment), 150);
  return `| ${title} | ${units.length || ''} | ${of('created')} | ${of('changed')} | ${of('removed')} | ${note} |\n`;
}

function wrapperOf(environment: EnvironmentDiff): {
  length: number;
  wrap: (body: string) => string;
} {
  const title = `<code>${html(environmentTitle(environment), 150)}</code>`;
  const { change, baseFailed, namespace } = environment;
  const place = namespace === undefined ? '' : ` in <code>${html(namespace, 100)}</code>`;
  const note = baseFailed
    ? ', the base does not render'
    : change === 'changed'
      ? ''
      : `, ${change}`;
  const wrap = (body: string) => details(`${title}${place}${note}`, body);
  return { length: wrap('').length, wrap };
}

/** The plan's own changes count as the first unit. */
function sizesOf(environment: EnvironmentDiff, index: number): Sizes[] {
  const units = environment.units.map((unit) => ({ environment: index, texts: unitTexts(unit) }));
  const folded = foldedImages(environment.units);
  const images = environment.images
    .filter(({ from, to }) => !folded.has(`${from} ${to}`))
    .map(({ name, from, to }) => `~ image ${name}: ${describeImages(from, to)}`);
  const lines = [...environment.plan.flatMap(describeField).map(diffLine), ...images];
  if (lines.length === 0) return units;
  const texts = [`${fenced('diff', lines)}\n`, `- plan: ${count(lines.length, 'line')}\n`];
  return [{ environment: index, texts }, ...units];
}

function unitTexts(unit: UnitDiff): string[] {
  const name = unit.unit;
  if (unit.imageOnly) {
    const images = unit.objects.flatMap((object) => object.images);
    return [`- ${code(foldImages(unit.unit, images))}\n`, `- ${code(name, 100)}: images\n`];
  }
  const changes = (['created', 'changed', 'removed'] as const).flatMap((change) => {
    const number = unit.objects.filter((object) => object.change === change).length;
    return number === 0 ? [] : [`${number} ${change}`];
  });
  const what = changes.length === 0 ? 'plan' : changes.join(', ');
  const state = unit.change === 'changed' ? '' : ` ${unit.change}`;
  const summary = `<code>${html(name, 100)}</code>${state}: ${what}`;
  const body = (linesOfCreated: number, linesOfChanged: number) =>
    details(summary, fenced('diff', unitLines(unit, linesOfCreated, linesOfChanged)));
  const line = `- ${code(name, 100)}${state}: ${what}\n`;
  return [body(Infinity, Infinity), body(0, Infinity), body(0, 12), body(0, 0), line];
}

/** Every object with no more than so many lines about it. */
function unitLines(unit: UnitDiff, linesOfCreated: number, linesOfChanged: number): string[] {
  const plan = unit.plan.flatMap((field) =>
    describeField({ ...field, path: `plan: ${field.path}` }).map(diffLine),
  );
  const objects = unit.objects.flatMap((object) => {
    const title = objectTitle(object);
    if (object.change === 'removed') return [`- ${title}`];
    if (object.change === 'created') {
      const text = object.object === undefined ? '' : printYaml(object.object as Value).trimEnd();
      const lines = text.split('\n').map((inner) => `+   ${shorten(inner, 400)}`);
      return [`+ ${title}`, ...firstLines(lines, linesOfCreated)];
    }
    const lines = object.fields.flatMap(describeField).map(diffLine);
    return [`@@ ${title} @@`, ...firstLines(lines, linesOfChanged)];
  });
  return [...plan, ...objects];
}

function firstLines(lines: readonly string[], most: number): readonly string[] {
  if (lines.length <= most) return lines;
  return most === 0 ? [] : [...lines.slice(0, most), `  … and ${lines.length - most} more lines`];
}

/** `!` is what the highlighter of diffs shows as changed. */
function diffLine({ mark, text }: FieldLine): string {
  return `${mark === '~' ? '!' : mark} ${text}`;
}

function takenText({ texts, taken }: Sizes): string {
  return (taken === undefined ? undefined : texts[taken]) ?? '';
}

function leftOut(units: readonly Sizes[], whole: string): string {
  const missing = units.filter(({ taken }) => taken === undefined).length;
  const cut = units.filter(({ taken }) => taken !== undefined && taken > 0).length;
  if (missing + cut === 0) return '';
  const parts = [
    ...(missing === 0 ? [] : [`${count(missing, 'unit')} left out`]),
    ...(cut === 0 ? [] : [`${count(cut, 'unit')} without all details`]),
  ];
  return `\n**Cut to fit:** ${parts.join(', ')}. The whole: ${whole}\n`;
}
