import type { Diagnostic, ExecutionPlan } from '@codex-k8s/schema';
import type { SourceReader } from './source-reader.ts';

/** Everything a render depends on. Same inputs, same bytes. */
export interface RenderInputs {
  reader: SourceReader;
  /** Path of the services.yaml, relative to the reader's root. */
  file: string;
  /** Name of an environment in that file. */
  environment: string;
  /** Slot number, from 1; absent outside slots. */
  slot?: number;
  /** Values of declared variables; they win over defaults and the environment's own values. */
  vars?: Readonly<Record<string, string>>;
  /** Opaque versions of secrets by name: another version makes new pods of what reads them. */
  secretVersions?: Readonly<Record<string, string>>;
  /** Declared facts about the target cluster. */
  cluster?: { kubernetesVersion?: string };
}

/** One file of a stack directory. */
export interface RenderedFile {
  /** Relative to the stack directory: `plan.json` or `manifests/<unit>/<kind>-<name>.yaml`. */
  path: string;
  bytes: Uint8Array;
  /** Git blob id (sha1, hex) of the bytes. */
  digest: string;
}

/** A stack directory as a value, with where it came from. */
export interface RenderedStack {
  stack: string;
  project: string;
  plan: ExecutionPlan;
  /** Every file of the directory, sorted by path, plan.json included. */
  files: readonly RenderedFile[];
  /** Git tree id (sha1, hex) of the directory. */
  contentHash: string;
  /** sha256 (hex) over the declared inputs and the digests of everything that was read. */
  inputHash: string;
  provenance: { renderer: string; rendering: 1 };
  /** Warnings and infos. */
  diagnostics: Diagnostic[];
}

/** A rendered stack, or every error that was found (warnings among them). */
export type RenderResult =
  | { ok: true; rendered: RenderedStack }
  | { ok: false; diagnostics: Diagnostic[] };
