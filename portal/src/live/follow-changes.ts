/** How the live stream stands. */
export type Connection = 'connecting' | 'live' | 'reconnecting';

export interface FollowOptions {
  /** Something changed, or may have while the stream was away. */
  onChange: () => void;
  onConnection: (connection: Connection) => void;
}

// Two missed beats (15 seconds each) and a little: the connection hangs without having been closed.
const silenceMs = 40_000;
const retryMs = 3_000;

/**
 * Follows the live stream until the returned function is called. The browser reconnects by itself and
 * resumes after the last event; what it gives up on (a refusal) or does not notice (silence) is tried again here.
 */
export function followChanges(url: string, { onChange, onConnection }: FollowOptions): () => void {
  let source: EventSource | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let silence: ReturnType<typeof setTimeout> | undefined;

  const close = (): void => {
    source?.close();
    clearTimeout(retry);
    clearTimeout(silence);
  };
  const reconnect = (): void => {
    close();
    onConnection('reconnecting');
    retry = setTimeout(connect, retryMs);
  };
  const hear = (): void => {
    onConnection('live');
    clearTimeout(silence);
    silence = setTimeout(reconnect, silenceMs);
  };
  const connect = (): void => {
    source = new EventSource(url);
    // A new stream does not tell what happened before it: read everything once.
    source.addEventListener('open', () => {
      hear();
      onChange();
    });
    source.addEventListener('beat', hear);
    for (const event of ['change', 'reset']) {
      source.addEventListener(event, () => {
        hear();
        onChange();
      });
    }
    source.addEventListener('error', () => {
      if (source?.readyState === EventSource.CLOSED) reconnect();
      else onConnection('reconnecting');
    });
  };
  onConnection('connecting');
  connect();
  return close;
}
