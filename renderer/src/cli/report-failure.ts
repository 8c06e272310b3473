import { CommanderError } from 'commander';
import { rendererVersion } from '../version.ts';
import type { Output } from './console.ts';
import { CliError, exitCodes } from './exit-code.ts';

/** What the system may refuse without a fault of ours: a right, space, a file in the way. */
const systemCodes: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left',
  EDQUOT: 'the quota is exceeded',
  ENOENT: 'there is no such file or directory',
  ENOTDIR: 'something on the way is not a directory',
  EISDIR: 'it is a directory',
  EEXIST: 'it exists already',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
  ELOOP: 'symbolic links lead in a circle',
  ENAMETOOLONG: 'the name is too long',
};

/** Tells what ended a command, and returns the exit code. */
export function reportFailure(output: Output, error: unknown, debug: boolean): number {
  // Commander has written its message itself.
  if (error instanceof CommanderError)
    return error.exitCode === 0 ? exitCodes.fine : exitCodes.usage;
  if (error instanceof CliError) {
    output.message(`error: ${error.message}\n`);
    if (debug) output.message(stackOf(error));
    return error.exitCode;
  }
  const refused = systemRefusal(error);
  if (refused !== undefined) {
    output.message(`error: ${refused}\n`);
    if (debug) output.message(stackOf(error));
    return exitCodes.input;
  }
  output.message(describeFault(error, debug));
  return exitCodes.software;
}

function systemRefusal(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return undefined;
  const reason = systemCodes[String(error.code)];
  if (reason === undefined) return undefined;
  const path = 'path' in error ? String(error.path) : 'the output';
  return `cannot ${String(error.syscall)} ${path}: ${reason}`;
}

function describeFault(error: unknown, debug: boolean): string {
  const message = error instanceof Error ? error.message : String(error);
  const how = debug
    ? stackOf(error)
    : 'Run it again with --debug to see where, and report both with your services.yaml.\n';
  return `error: this is a fault of the renderer, not of your files: ${message}
Please report it: the command line and the line below help most.
  codex-k8s-renderer ${rendererVersion}, node ${process.version}, ${process.platform} ${process.arch}
${how}`;
}

function stackOf(error: unknown): string {
  const { stack, message, cause } = error instanceof Error ? error : new Error(typeof error);
  const because = cause instanceof Error ? `caused by ${stackOf(cause)}` : '';
  return `${stack ?? message}\n${because}`;
}
