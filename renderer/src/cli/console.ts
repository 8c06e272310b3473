import type { Diagnostic } from '@codex-k8s/schema';
import { formatDiagnostics } from '../diagnostics/index.ts';

/** Where a command writes: data to one stream, everything else to the other. */
export interface Output {
  data(text: string): void;
  message(text: string): void;
  /** Diagnostics for people, on the stream of messages or, where they are the data, on the other. */
  diagnostics(diagnostics: readonly Diagnostic[], stream?: 'data' | 'message'): void;
}

export interface OutputStream {
  write(text: string): unknown;
  isTTY?: boolean;
}

export function createOutput(data: OutputStream, messages: OutputStream, colour: boolean): Output {
  return {
    data: (text) => void data.write(text),
    message: (text) => void messages.write(text),
    diagnostics(diagnostics, stream = 'message') {
      const target = stream === 'data' ? data : messages;
      target.write(formatDiagnostics(diagnostics, { colour: colour && target.isTTY === true }));
    },
  };
}
