import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ToolError } from './tool-error.ts';
import { toolKey, tools, type ToolName } from './versions.ts';

/** What `tools install` writes beside a program, as `tool.json`. */
export interface ToolRecord {
  name: ToolName;
  version: string;
  source: 'download' | 'build';
  /** What it was checked against: the publisher's archive and sum, or the Go module and its sum. */
  provenance: string;
  /** Of the program itself, hex. It is compared each time a process uses the program first. */
  sha256: string;
}

/** A program that can be run. */
export interface InstalledTool extends ToolRecord {
  path: string;
}

/** Reads what is recorded of an installed tool; undefined when there is none. */
export async function findTool(
  directory: string,
  name: ToolName,
): Promise<InstalledTool | undefined> {
  const own = join(directory, toolKey(name));
  const text = await readFile(join(own, 'tool.json'), 'utf8').catch(() => undefined);
  const record = text === undefined ? undefined : parseRecord(text, name);
  return record === undefined ? undefined : { ...record, path: join(own, name) };
}

/** Compares a program with its record. @throws ToolError `wrong-checksum` */
export async function checkTool(tool: InstalledTool): Promise<void> {
  const actual = await sha256OfFile(tool.path);
  if (actual === tool.sha256) return;
  const found = actual === undefined ? 'it is gone' : `it has sha256 ${actual}`;
  throw new ToolError(
    'wrong-checksum',
    `${tool.path} is not the ${tool.name} that was installed: ${found}, recorded is ${tool.sha256}`,
    'Install it again: codex-k8s-renderer tools install --force',
  );
}

/** SHA-256 of a file, hex; undefined when it cannot be read. */
export async function sha256OfFile(path: string): Promise<string | undefined> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path), hash);
  } catch {
    return undefined;
  }
  return hash.digest('hex');
}

function parseRecord(text: string, name: ToolName): ToolRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { version } = tools[name];
  if (!('name' in value) || value.name !== name) return undefined;
  if (!('version' in value) || value.version !== version) return undefined;
  if (!('sha256' in value) || typeof value.sha256 !== 'string') return undefined;
  const source = 'source' in value && value.source === 'download' ? 'download' : 'build';
  const provenance = 'provenance' in value ? String(value.provenance) : '';
  return { name, version, source, provenance, sha256: value.sha256 };
}
