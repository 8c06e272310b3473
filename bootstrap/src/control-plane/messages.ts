import type { BinaryName, EssentialBinary, OtherBinary } from '../binaries/index.ts';
import type { ErrorData } from '../errors/index.ts';
import type { Progress } from '../progress.ts';

/** What an owner tells its supervisor. When the channel closes, the supervisor stops everything. */
export type OwnerMessage =
  | {
      kind: 'start';
      essential: Record<EssentialBinary, string>;
      durable: boolean;
      timeoutMs: number;
    }
  | { kind: 'others'; others: Record<OtherBinary, string> }
  | { kind: 'interrupt'; request: number; component: BinaryName }
  | { kind: 'resume'; request: number; component: BinaryName }
  /** From now on the channel may close: the control plane stays until `down`. */
  | { kind: 'detach' }
  | { kind: 'stop' };

/** What a supervisor tells its owner. */
export type SupervisorMessage =
  | { kind: 'listening' }
  | { kind: 'progress'; progress: Progress }
  | { kind: 'api-ready'; server: string; version: string }
  | { kind: 'node-ready' }
  /** Starting failed: the API (everything stops) or the rest (the API goes on). */
  | { kind: 'failed'; part: 'api' | 'node'; error: ErrorData }
  | { kind: 'done'; request: number; error?: ErrorData }
  | { kind: 'detached' };
