import type {
  DiffSide,
  EnvironmentDiff,
  ObjectDiff,
  RenderDiff,
  UnitDiff,
} from '@codex-k8s/schema';
import { describeField, describeImages, foldImages, type FieldLine } from './describe-field.ts';
import { visible } from './visible.ts';

type Mark = FieldLine['mark'];

const colours: Record<Mark, string | undefined> = {
  '+': '32',
  '-': '31',
  '~': '33',
  ' ': undefined,
};
const marks = { created: '+', changed: '~', removed: '-' } as const;

/** A diff for people at a terminal. */
export function formatDiffText(diff: RenderDiff, options: { colour: boolean }): string {
  const paint = (code: string | undefined, text: string) =>
    options.colour && code !== undefined ? `\u001b[${code}m${text}\u001b[0m` : text;
  const line = (depth: number, { mark, text }: FieldLine) =>
    `${'  '.repeat(depth)}${paint(colours[mark], `${mark} ${text}`)}\n`;
  const environments = diff.environments.map((environment) => {
    const title = visible(environmentTitle(environment));
    if (environment.change === 'unchanged') return paint('2', `${title}: no changes\n`);
    const body = environmentLines(environment).map(([depth, text]) => line(depth, text));
    return `${paint('1', title)}${environmentNote(environment)}\n${body.join('')}`;
  });
  const head = `${sideName(diff.base)} → ${sideName(diff.head)}\n`;
  return `${paint('2', visible(head))}${environments.join('')}${summaryOf(diff)}\n`;
}

/** One line that says how much differs. */
export function summaryOf({ different, summary }: RenderDiff): string {
  if (!different) return 'no changes';
  const { environments, units, created, changed, removed, imageOnly } = summary;
  const parts = [
    `${count(environments, 'environment')}, ${count(units, 'unit')}`,
    `${count(created + changed + removed, 'object')} (${created} created, ${changed} changed, ${removed} removed)`,
  ];
  if (imageOnly > 0) parts.push(`only images in ${count(imageOnly, 'unit')}`);
  return parts.join('; ');
}

/** `shop/production slot 2`. */
export function environmentTitle({ stack, environment, slot }: EnvironmentDiff): string {
  const place = stack === undefined ? environment : `${stack}/${environment}`;
  return slot === undefined ? place : `${place} slot ${slot}`;
}

function environmentNote({ change, baseFailed, namespace }: EnvironmentDiff): string {
  if (change === 'failed') return ': does not render';
  const place = namespace === undefined ? '' : ` (namespace ${visible(namespace)})`;
  if (baseFailed) return `${place}: the base does not render, everything counts as created`;
  return change === 'changed' ? place : `${place}: ${change}`;
}

export function sideName({ name, commit }: DiffSide): string {
  return commit === undefined || commit.startsWith(name) ? name : `${name} (${commit.slice(0, 9)})`;
}

function environmentLines(environment: EnvironmentDiff): [number, FieldLine][] {
  const lines: [number, FieldLine][] = [];
  for (const field of environment.plan)
    for (const text of describeField({ ...field, path: `plan: ${field.path}` }))
      lines.push([1, text]);
  const folded = foldedImages(environment.units);
  for (const { name, from, to } of environment.images)
    if (!folded.has(`${from} ${to}`))
      lines.push([
        1,
        {
          mark: from === undefined ? '+' : to === undefined ? '-' : '~',
          text: `image ${visible(name)}: ${describeImages(from, to)}`,
        },
      ]);
  for (const unit of environment.units) lines.push(...unitLines(unit));
  return lines;
}

/** Image changes that the lines of their units tell already. */
export function foldedImages(units: readonly UnitDiff[]): Set<string> {
  const images = units.flatMap(({ objects }) => objects.flatMap((object) => object.images));
  return new Set(images.map(({ from, to }) => `${from} ${to}`));
}

function unitLines(unit: UnitDiff): [number, FieldLine][] {
  const mark = marks[unit.change];
  if (unit.imageOnly) {
    const images = unit.objects.flatMap((object) => object.images);
    return [[1, { mark, text: foldImages(unit.unit, images) }]];
  }
  const lines: [number, FieldLine][] = [[1, { mark, text: visible(unit.unit) }]];
  for (const field of unit.plan)
    for (const text of describeField({ ...field, path: `plan: ${field.path}` }))
      lines.push([2, text]);
  for (const object of unit.objects) {
    lines.push([2, { mark: marks[object.change], text: objectTitle(object) }]);
    for (const field of object.fields)
      for (const text of describeField(field)) lines.push([3, text]);
  }
  return lines;
}

/** `Deployment/web`, with the hook that runs it and the unit it came from. */
export function objectTitle({ kind, name, hook, movedFrom }: ObjectDiff): string {
  const notes = [
    ...(hook === undefined ? [] : [`hook ${hook}`]),
    ...(movedFrom === undefined ? [] : [`moved from ${movedFrom}`]),
  ];
  return visible(`${kind}/${name}${notes.length === 0 ? '' : ` (${notes.join(', ')})`}`);
}

export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
