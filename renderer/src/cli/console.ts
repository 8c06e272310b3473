import type { Diagnostic } from '@codex-k8s/schema';
import { formatDiagnostics } from '../diagnostics/index.ts';
import type { CliEnvironment } from './config.ts';

/** Where a command writes: data to one stream, everything else to the other. */
export interface Output {
  data(text: string): void;
  message(text: string): void;
  /** Diagnostics for people, on the stream of messages or, where they are the data, on the other. */
  diagnostics(diagnostics: readonly Diagnostic[], stream?: 'data' | 'message'): void;
  /** Waits until everything is written; throws what the system refused, such as a full disk. */
  settled(): Promise<void>;
  /** Which of the two may be coloured. */
  readonly colours: { readonly data: boolean; readonly message: boolean };
}

export interface OutputStream {
  write(text: string, done?: (error?: Error | null) => void): unknown;
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
    data: writeData.write,
    message: writeMessage.write,
    settled: async () => {
      await writeData.settled();
      await writeMessage.settled();
    },
    diagnostics(diagnostics, stream = 'message') {
      const { write } = stream === 'data' ? writeData : writeMessage;
      write(formatDiagnostics(diagnostics, { colour: colours[stream] }));
    },
    colours,
  };
}

interface Writer {
  write(text: string): void;
  settled(): Promise<void>;
}

/** A reader that has seen enough – `| head` – is no failure: the rest goes nowhere. */
function writerOf(stream: OutputStream): Writer {
  let failure: Error | undefined;
  let last = Promise.resolve();
  const fail = (error: Error): void => {
    failure ??= error;
  };
  stream.on?.('error', fail);
  return {
    write(text) {
      if (failure !== undefined || text === '') return;
      if (stream.on === undefined) stream.write(text);
      else
        last = new Promise((resolve) => {
          stream.write(text, (error) => {
            if (error) fail(error);
            resolve();
          });
        });
    },
    async settled() {
      await last;
      if (failure === undefined || ('code' in failure && failure.code === 'EPIPE')) return;
      throw failure;
    },
  };
}
