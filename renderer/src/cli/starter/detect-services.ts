import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

/** A directory with a Dockerfile. */
export interface DetectedService {
  /** A DNS label, unique among them. */
  name: string;
  /** Relative to where it was looked, `.` for that directory itself. */
  context: string;
  /** Ports that the Dockerfile exposes. */
  ports: readonly number[];
}

/** Looked through one level deeper: where repositories usually keep their services. */
const collections = new Set(['apps', 'cmd', 'packages', 'services', 'src']);
const mostServices = 20;

/** Finds Dockerfiles in a directory, its directories, and those of `services/` and the like. */
export async function detectServices(directory: string): Promise<DetectedService[]> {
  const names = await directoriesIn(directory);
  const nested = await Promise.all(
    names
      .filter((name) => collections.has(name))
      .map(async (name) =>
        (await directoriesIn(join(directory, name))).map((inner) => `${name}/${inner}`),
      ),
  );
  const found: DetectedService[] = [];
  for (const context of ['.', ...names, ...nested.flat()]) {
    const text = await readFile(join(directory, context, 'Dockerfile'), 'utf8').catch(
      () => undefined,
    );
    if (text === undefined || found.length === mostServices) continue;
    const wanted = dnsLabel(context === '.' ? basename(directory) : basename(context), 'app');
    const taken = found.filter(({ name }) => name === wanted || name.startsWith(`${wanted}-`));
    const name = taken.length === 0 ? wanted : `${wanted}-${taken.length + 1}`;
    found.push({ name, context, ports: exposedPorts(text) });
  }
  return found;
}

/** Ports of the last stage; those given by variables are not known. */
export function exposedPorts(dockerfile: string): number[] {
  const ports: number[] = [];
  for (const line of dockerfile.replaceAll(/\\\r?\n/g, ' ').split('\n')) {
    if (/^\s*FROM\s/i.test(line)) ports.length = 0;
    const exposed = /^\s*EXPOSE\s+(.*)$/i.exec(line)?.[1] ?? '';
    for (const word of exposed.split(/\s+/)) {
      const port = /^([0-9]{1,5})(?:\/tcp)?$/i.exec(word)?.[1];
      if (
        port !== undefined &&
        Number(port) > 0 &&
        Number(port) < 65_536 &&
        !ports.includes(Number(port))
      )
        ports.push(Number(port));
    }
  }
  return ports;
}

/** A name that Kubernetes takes, made from any other. */
export function dnsLabel(text: string, fallback: string): string {
  const label = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
    .replaceAll(/^-+|-+$/g, '');
  // A label may begin with a digit, but Services may not.
  return /^[a-z]/.test(label) ? label : label === '' ? fallback : `${fallback}-${label}`;
}

async function directoriesIn(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory() && !/^(?:\.|node_modules$|vendor$)/.test(entry.name))
    .map((entry) => entry.name)
    .toSorted();
}
