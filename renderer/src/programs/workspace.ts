import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import type { ProgramRequest } from '../manifests/index.ts';

/** A directory that one run of a program has for itself. */
export interface Workspace {
  /** Where it runs: the files of the request, and nothing else. */
  directory: string;
  environment: Readonly<Record<string, string>>;
}

/** The two runs: as far apart in time zones as can be, so that a local date always differs. */
export const clocks = [
  { name: 'west', offsetHours: -12, delayed: false },
  { name: 'east', offsetHours: 14, delayed: true },
] as const;

type ClockName = (typeof clocks)[number]['name'];

/** Writes the files of a request, an empty home and a time zone. */
export async function writeWorkspace(
  root: string,
  request: ProgramRequest,
  clock: ClockName,
): Promise<Workspace> {
  const directory = join(root, 'work');
  const empty = join(root, 'empty');
  const zone = join(root, 'zone');
  await mkdir(directory, { recursive: true });
  await mkdir(empty);
  const hours = clocks.find(({ name }) => name === clock)?.offsetHours ?? 0;
  await writeFile(zone, timeZone(hours * 3600));
  const made = new Set<string>();
  for (const [path, bytes] of request.files) {
    const target = join(directory, path);
    if (!target.startsWith(directory + sep)) throw new Error(`${path} leads out of the workspace`);
    const parent = dirname(target);
    if (!made.has(parent)) await mkdir(parent, { recursive: true });
    made.add(parent);
    await writeFile(target, bytes);
  }
  return { directory, environment: environmentOf(empty, zone) };
}

/** No variable of ours: no home, no programs to start, no cluster, and a proxy that nobody answers at. */
function environmentOf(empty: string, zone: string): Record<string, string> {
  const nobody = 'http://127.0.0.1:9';
  return {
    HOME: empty,
    PATH: empty,
    TMPDIR: empty,
    KUBECONFIG: join(empty, 'kubeconfig'),
    HELM_CACHE_HOME: join(empty, 'cache'),
    HELM_CONFIG_HOME: join(empty, 'config'),
    HELM_DATA_HOME: join(empty, 'data'),
    HELM_PLUGINS: join(empty, 'plugins'),
    HTTP_PROXY: nobody,
    HTTPS_PROXY: nobody,
    ALL_PROXY: nobody,
    LC_ALL: 'C',
    TZ: zone,
  };
}

/** A file with one time zone and no rules. Source: RFC 8536, version 1 data block. */
function timeZone(offsetSeconds: number): Buffer {
  const name = Buffer.from('CKZ\0');
  const header = Buffer.alloc(44);
  header.write('TZif', 0);
  // Counts: UT indicators, standard indicators, leap seconds, transitions, types, bytes of names.
  for (const [index, count] of [0, 0, 0, 0, 1, name.length].entries())
    header.writeUInt32BE(count, 20 + index * 4);
  const type = Buffer.alloc(6);
  type.writeInt32BE(offsetSeconds, 0);
  return Buffer.concat([header, type, name]);
}
