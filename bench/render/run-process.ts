import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { round } from '../measure.ts';
import { cpuMilliseconds } from '../process-cpu.ts';

/** One run of a program. */
export interface ProcessRun {
  milliseconds: number;
  /** CPU time of all its threads, to 10 ms. */
  cpuMilliseconds: number;
  /** Highest resident memory that was seen; 0 where the system does not tell. */
  maxMiB: number;
}

/** A program with its parameters; its output goes to a file. */
export interface Invocation {
  command: readonly string[];
  cwd?: string;
  stdout?: string;
  env?: Readonly<Record<string, string>>;
}

/** Runs a program to its end and measures it. */
export async function runProcess(invocation: Invocation): Promise<ProcessRun> {
  const { command, cwd, stdout = '/dev/null', env = {} } = invocation;
  const [program = '', ...args] = command;
  const output = openSync(stdout, 'w');
  try {
    const began = performance.now();
    const child = spawn(program, args, {
      cwd,
      stdio: ['ignore', output, 'pipe'],
      env: { ...process.env, ...env },
    });
    let errors = '';
    child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    let maxMiB = 0;
    let cpu = 0;
    const poll = setInterval(() => {
      maxMiB = Math.max(maxMiB, peakMiB(child.pid ?? 0));
      cpu = Math.max(cpu, cpuMilliseconds(child.pid ?? 0));
    }, 5);
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', resolve);
    });
    const milliseconds = performance.now() - began;
    clearInterval(poll);
    if (code !== 0) throw new Error(`${command.join(' ')}: ended with ${code}\n${errors}`);
    return { milliseconds: round(milliseconds), cpuMilliseconds: round(cpu), maxMiB };
  } finally {
    closeSync(output);
  }
}

/** The best of several runs of one program. */
export async function bestOf(rounds: number, invocation: Invocation): Promise<ProcessRun> {
  const runs: ProcessRun[] = [];
  for (let index = 0; index < rounds; index += 1) runs.push(await runProcess(invocation));
  return best(runs);
}

/** The best times and the most memory: on a shared machine the other times are the neighbours'. */
export function best(runs: readonly ProcessRun[]): ProcessRun {
  return {
    milliseconds: Math.min(...runs.map((run) => run.milliseconds)),
    cpuMilliseconds: Math.min(...runs.map((run) => run.cpuMilliseconds)),
    maxMiB: Math.max(...runs.map((run) => run.maxMiB)),
  };
}

function peakMiB(pid: number): number {
  try {
    const peak = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Math.round(Number(peak ?? 0) / 1024);
  } catch {
    return 0;
  }
}
