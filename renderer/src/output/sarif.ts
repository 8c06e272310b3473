import type { Diagnostic } from '@codex-k8s/schema';
import { codes, type CodeEntry } from '../diagnostics/index.ts';
import { rendererVersion } from '../version.ts';

const levels = { error: 'error', warning: 'warning', info: 'note' } as const;
const pages = 'https://codex-k8s.dev/docs/reference/diagnostics';

/**
 * Diagnostics as a SARIF 2.1.0 log. Source: OASIS, "Static Analysis Results Interchange Format".
 *
 * @param place file that a finding without one belongs to: code scanning takes none without a place
 */
export function formatSarif(diagnostics: readonly Diagnostic[], place: string): string {
  const ids = [...new Set(diagnostics.map(({ code }) => code))].toSorted();
  const known = new Map<string, CodeEntry>(
    Object.values(codes).map((entry) => [entry.code, entry]),
  );
  const log = {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'codex-k8s-renderer',
            semanticVersion: rendererVersion,
            informationUri: 'https://codex-k8s.dev',
            rules: ids.map((id) => describeRule(id, known.get(id))),
          },
        },
        columnKind: 'utf16CodeUnits',
        results: diagnostics.map((diagnostic) => ({
          ruleId: diagnostic.code,
          ruleIndex: ids.indexOf(diagnostic.code),
          level: levels[diagnostic.severity],
          message: { text: messageOf(diagnostic) },
          locations: [locationOf(diagnostic, place)],
        })),
      },
    ],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}

function describeRule(id: string, entry: CodeEntry | undefined): object {
  if (entry === undefined) return { id };
  return {
    id,
    shortDescription: { text: entry.title },
    help: { text: entry.hint },
    helpUri: `${pages}/${id.toLowerCase()}`,
    defaultConfiguration: { level: levels[entry.severity] },
  };
}

function messageOf({ message, hint }: Diagnostic): string {
  return (hint === undefined ? message : `${message}\n${hint}`).toWellFormed();
}

function locationOf({ file, line, column, path }: Diagnostic, place: string): object {
  const region =
    line === undefined
      ? {}
      : { region: { startLine: line, ...(column === undefined ? {} : { startColumn: column }) } };
  const uri = (file ?? place).toWellFormed().split('/').map(encodeURIComponent).join('/');
  const artifactLocation = { uri, uriBaseId: '%SRCROOT%' };
  return {
    physicalLocation: { artifactLocation, ...region },
    ...(path === undefined ? {} : { logicalLocations: [{ fullyQualifiedName: path }] }),
  };
}
