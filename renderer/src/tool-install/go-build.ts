import { chmod, mkdir, rename } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { runProgram, type ProgramEnd } from '../processes/index.ts';
import type { FetchOutcome } from './download.ts';
import { ToolError, tools, type ToolName } from '../tools/index.ts';

export interface GoBuildOptions {
  /** Directory of its own; on the file system of the destination. */
  scratch: string;
  /** Environment of Go: PATH, HOME, and its own settings such as GOPROXY. */
  environment: Readonly<Record<string, string>>;
  onStep(step: { fetched: number; compiled: number }): void;
}

/**
 * Builds a tool with the machine's Go, at low priority. Go compares every module with its checksum
 * database as it is set up (GOSUMDB); the tool's own module is compared with the pinned sum as well.
 * @throws ToolError `wrong-checksum`, `build-failed`
 */
export async function buildWithGo(
  name: ToolName,
  destination: string,
  options: GoBuildOptions,
): Promise<FetchOutcome> {
  const { module, version } = tools[name];
  const source = `${module.path}@v${version}`;
  const bin = join(options.scratch, 'go-bin');
  await mkdir(bin, { recursive: true });
  const environment = {
    ...options.environment,
    CGO_ENABLED: '0',
    GOBIN: bin,
    GOFLAGS: '',
    GOWORK: 'off',
  };
  const step = { fetched: 0, compiled: 0 };
  const go = (args: readonly string[]): Promise<ProgramEnd> =>
    runProgram('go', args, {
      // Outside of any module, so that none of it says what to build with.
      cwd: options.scratch,
      environment,
      polite: true,
      onErrorLine(line) {
        if (line.startsWith('go: downloading')) step.fetched += 1;
        else if (!line.startsWith('go:')) step.compiled += 1;
        options.onStep(step);
      },
    });
  const present = await go(['version']);
  if (present.code === undefined) return { kind: 'unavailable', reason: 'Go is not installed' };
  const downloaded = await go(['mod', 'download', '-json', source]);
  if (downloaded.code !== 0) throw failed(name, downloaded);
  const sum = sumOf(downloaded.text);
  if (sum !== module.sum)
    throw new ToolError(
      'wrong-checksum',
      `the Go module ${source} does not match its pinned sum: expected ${module.sum}, got ${sum}`,
      'A Go module proxy gives something else than it should; look at GOPROXY and GOSUMDB.',
    );
  const flags = Object.entries(module.set).map(([key, value]) => `-X ${key}=${value}`);
  const program = `${module.path}${module.package === '.' ? '' : `/${module.package}`}@v${version}`;
  const linker = ['-s', '-w', ...flags].join(' ');
  const built = await go(['install', '-v', '-trimpath', '-ldflags', linker, program]);
  if (built.code !== 0) throw failed(name, built);
  const file = join(bin, module.package === '.' ? name : basename(module.package));
  await chmod(file, 0o755);
  await rename(file, destination);
  return { kind: 'fetched', provenance: `go install ${program} ${sum}` };
}

function sumOf(json: string): string | undefined {
  const value: unknown = JSON.parse(json);
  return typeof value === 'object' && value !== null && 'Sum' in value
    ? String(value.Sum)
    : undefined;
}

function failed(name: ToolName, { errors, text }: ProgramEnd): ToolError {
  const said = (errors.trim() || text.trim()).split('\n').slice(-15).join('\n');
  return new ToolError(
    'build-failed',
    `building ${name} with Go failed:\n${said}`,
    'A Go module proxy must be reachable (GOPROXY).',
  );
}
