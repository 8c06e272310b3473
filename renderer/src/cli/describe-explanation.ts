import type { Explanation, Origin, ReplacedValue, Setting } from '@codex-k8s/schema';
import { printYaml } from '../yaml/index.ts';

/** An explanation for people: the value first, then everything it comes from. */
export function describeExplanation(explanation: Explanation, colour: boolean): string {
  const bold = (text: string): string => (colour ? `\x1b[1m${text}\x1b[0m` : text);
  const { environment, slot, unit, object, field, value, origins, settings } = explanation;
  const where = slot === undefined ? environment : `${environment} slot ${slot}`;
  const head = `${bold(`${object.kind}/${object.name} ${field}`)}${printValue(value)}
  unit ${unit} in ${where}, ${object.file}\n`;
  const from = origins.map((origin) => describeOrigin(origin, bold));
  const other = settings.map((setting) => describeSetting(setting, bold));
  const own =
    origins.length > 0
      ? ''
      : '\nset by the renderer for every object like this: nothing that is written changes it\n';
  return [head, own, ...from, ...other].join('');
}

function printValue(value: unknown): string {
  if (typeof value !== 'object' || value === null) return ` = ${JSON.stringify(value)}`;
  const text = printYaml(JSON.parse(JSON.stringify(value)));
  return `:\n${text.trimEnd().replaceAll(/^/gm, '    ')}`;
}

const verbs = {
  value: 'from',
  manifest: 'written in',
  presence: 'because of',
  input: 'given by',
} as const;

function describeOrigin(origin: Origin, bold: (text: string) => string): string {
  const { kind, input, path, value, reads = [], replaced = [] } = origin;
  const lines = [
    `${verbs[kind]} ${bold(input ?? placeOf(origin))}  ${shorten(value)}`,
    ...(path === undefined ? [] : [`  at ${path}`]),
    ...reads.map((read) => `  reads ${read.name} = ${shorten(read.value)}`),
    ...replaced.map(
      (loser) =>
        `  over ${placeOf(loser)}  ${shorten(loser.value)}${loser.path === undefined ? '' : `  at ${loser.path}`}`,
    ),
  ];
  return `\n${lines.join('\n')}\n`;
}

function describeSetting(setting: Setting, bold: (text: string) => string): string {
  const fallback = setting.default === undefined ? '' : `, ${shorten(setting.default)} by default`;
  const about = setting.description === undefined ? '' : `\n  ${setting.description}`;
  return `\nwould be changed by ${bold(setting.path)}${fallback}; not written in ${placeOf(setting)}${about}\n`;
}

function placeOf({ file, line, column }: Partial<ReplacedValue>): string {
  return [file, line, column].filter((part) => part !== undefined).join(':');
}

function shorten(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length <= 160 ? text : `${text.slice(0, 159)}…`;
}
