import type { ServerResponse } from 'node:http';
import type { ChangeLog, LoggedChange } from './change-log.ts';

export interface ChangeStreamsOptions {
  log: ChangeLog;
  /** Streams open at once. */
  limit: number;
  /** Milliseconds between beats. */
  beatMs: number;
}

/** The open server-sent event streams of a listener. */
export interface ChangeStreams {
  readonly isFull: boolean;
  /**
   * Writes the stream into a response that nothing was written to yet, until either side ends it.
   *
   * @param lastEventId what the reader saw last, if anything
   * @param mayGoOn asked at every beat; the stream ends when its session does
   */
  open(
    response: ServerResponse,
    headers: Record<string, string>,
    lastEventId: string | undefined,
    mayGoOn: () => boolean,
  ): void;
  /** Ends all streams; their readers come again. */
  close(): void;
}

// A reader that does not keep up is cut off: it resumes where it was, and memory stays bounded.
const mostUnread = 256 * 1024;

export function createChangeStreams({ log, limit, beatMs }: ChangeStreamsOptions): ChangeStreams {
  const open = new Set<ServerResponse>();
  return {
    get isFull() {
      return open.size >= limit;
    },
    open(response, headers, lastEventId, mayGoOn) {
      const send = (text: string): void => {
        if (response.writableLength > mostUnread) response.destroy();
        else response.write(text);
      };
      response.writeHead(200, {
        ...headers,
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      });
      response.socket?.setNoDelay(true);
      send(opening(log, lastEventId));
      const stop = log.follow((logged) => send(changeEvent(logged)));
      const beat = setInterval(() => {
        if (mayGoOn()) send(beatEvent());
        else response.end();
      }, beatMs);
      open.add(response);
      response.once('close', () => {
        clearInterval(beat);
        stop();
        open.delete(response);
      });
    },
    close() {
      for (const response of open) response.end();
    },
  };
}

function opening(log: ChangeLog, lastEventId: string | undefined): string {
  // The first beat tells a new reader from where a later resumption starts.
  const first = `retry: 1000\n${beatEvent(log.lastId)}`;
  if (lastEventId === undefined) return first;
  const resumption = log.after(lastEventId);
  if (resumption.kind === 'reset') return `${first}id: ${log.lastId}\nevent: reset\ndata: {}\n\n`;
  return `retry: 1000\n${resumption.changes.map(changeEvent).join('')}${beatEvent(log.lastId)}`;
}

const changeEvent = ({ id, change }: LoggedChange): string =>
  `id: ${id}\nevent: change\ndata: ${JSON.stringify(change)}\n\n`;

const beatEvent = (id?: string): string =>
  `${id === undefined ? '' : `id: ${id}\n`}event: beat\ndata: ${JSON.stringify({ at: new Date().toISOString() })}\n\n`;
