import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProgramOutcome, ProgramRequest } from '../manifests/index.ts';
import { runProgram, type ProgramEnd, type ProgramLimits } from '../processes/index.ts';
import {
  checkTool,
  findTool,
  ToolError,
  tools,
  type InstalledTool,
  type ToolName,
} from '../tools/index.ts';
import { networkless } from './networkless.ts';
import { clocks, writeWorkspace, type Workspace } from './workspace.ts';

const defaultLimits: ProgramLimits = {
  timeMs: 30_000,
  outputBytes: 32 * 1024 * 1024,
  memoryBytes: 1024 * 1024 * 1024,
};

/** An installed program that is what its record says. @throws ToolError */
export async function findChecked(directory: string, name: ToolName): Promise<InstalledTool> {
  const tool = await findTool(directory, name);
  if (tool === undefined)
    throw new ToolError(
      'unavailable',
      `${name} ${tools[name].version} is not installed in ${directory}`,
      'Install the pinned programs with: codex-k8s-renderer tools install. CODEXK8S_TOOLS_DIR names another directory.',
    );
  await checkTool(tool);
  return tool;
}

/** Runs a program twice for one request; nothing is left behind. */
export async function runTwice(
  tool: InstalledTool,
  request: ProgramRequest,
  given: Partial<ProgramLimits> = {},
): Promise<ProgramOutcome> {
  const limits = { ...defaultLimits, ...given };
  const directory = await mkdtemp(join(await realpath(tmpdir()), 'codex-k8s-render-'));
  try {
    const [first, second] = await Promise.all(
      clocks.map(async ({ name, delayed }) => {
        const workspace = await writeWorkspace(join(directory, name), request, name);
        // A program that asks for the time gets another second.
        if (delayed && mentionsClock(request)) await nextSecond();
        return { workspace, end: await runIn(workspace, tool, request, limits) };
      }),
    );
    if (first === undefined || second === undefined) throw new Error('a program runs twice');
    return outcomeOf(first.workspace, first.end, second.end, limits);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function runIn(
  workspace: Workspace,
  tool: InstalledTool,
  { args }: ProgramRequest,
  limits: ProgramLimits,
): Promise<ProgramEnd> {
  const [program, ...before] = [...(await networkless()), tool.path];
  return runProgram(program ?? tool.path, [...before, ...args], {
    cwd: workspace.directory,
    environment: workspace.environment,
    limits,
  });
}

function outcomeOf(
  workspace: Workspace,
  first: ProgramEnd,
  second: ProgramEnd,
  limits: ProgramLimits,
): ProgramOutcome {
  const exceeded = first.exceeded ?? second.exceeded;
  if (exceeded !== undefined) return { kind: 'exceeded', limit: describeLimit(exceeded, limits) };
  for (const { code, errors } of [first, second]) {
    if (code === 0) continue;
    const said = errors.trim() === '' ? `it ended with ${code ?? 'a signal'}` : errors.trim();
    return { kind: 'failed', message: said.replaceAll(`${workspace.directory}/`, '') };
  }
  return { kind: 'printed', texts: [first.text, second.text] };
}

function describeLimit(exceeded: 'time' | 'output' | 'memory', limits: ProgramLimits): string {
  const mebibytes = (bytes: number): string => `${Math.round(bytes / 1024 / 1024)} MiB`;
  if (exceeded === 'time') return `it takes more than ${limits.timeMs / 1000} s`;
  return exceeded === 'output'
    ? `it prints more than ${mebibytes(limits.outputBytes)}`
    : `it holds more than ${mebibytes(limits.memoryBytes)} of memory`;
}

const decoder = new TextDecoder();

function mentionsClock({ program, files }: ProgramRequest): boolean {
  if (program !== 'helm') return false;
  for (const [path, bytes] of files)
    if (
      path.includes('/templates/') &&
      /\b(?:now|ago|date\w*|htmlDate\w*)\b/.test(decoder.decode(bytes))
    )
      return true;
  return false;
}

function nextSecond(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 1050);
  });
}
