import type { Diagnostic } from '@codex-k8s/schema';
import { formatDiagnostics } from '../diagnostics/index.ts';
import type { CliEnvironment } from './config.ts';

/** Where a command writes: data to one stream, everything else to the other. */
export interface Output {
  data(text: string): void;
  message(text: string): void;
  /** Diagnostics for people, on the stream of messages or, where they are the data, on the other. */
  diagnostics(diagnostics: readonly Diagnostic[], stream?: 'data' | 'message'): void;
  /** Which of the two may be coloured. */
  readonly colours: { readonly data: boolean; readonly message: boolean };
}

export interface OutputStream {
  write(text: string): unknown;
  on?(event: 'error', listener: (error: Error) => void): unknown;
  isTTY?: boolean;
}

export function createOutput(
  data: OutputStream,
  messages: OutputStream,
  colour: CliEnvironment['colour'],
): Output {
  const coloured = (stream: OutputStream): boolean =>
    colour === 'always' || (colour === 'auto' && stream.isTTY === true);
  const colours = { data: coloured(data), message: coloured(messages) };
  const writeData = writerOf(data);
  const writeMessage = writerOf(messages);
  return {
    data: writeData,
    message: writeMessage,
    diagnostics(diagnostics, stream = 'message') {
      const write = stream === 'data' ? writeData : writeMessage;
      write(formatDiagnostics(diagnostics, { colour: colours[stream] }));
    },
    colours,
  };
}

/** A reader that has seen enough – `| head` – is no failure: the rest goes nowhere. */
function writerOf(stream: OutputStream): (text: string) => void {
  let open = true;
  stream.on?.('error', (error) => {
    if (!('code' in error) || error.code !== 'EPIPE') throw error;
    open = false;
  });
  return (text) => {
    if (open && text !== '') stream.write(text);
  };
}
