import { Client, escapeIdentifier } from 'pg';

interface Listener {
  channel: string;
  listener: (payload: string) => void;
  onReconnect: (() => void) | undefined;
}

/** LISTEN over a connection of its own that comes back by itself. */
export interface NotificationClient {
  listen(
    channel: string,
    listener: (payload: string) => void,
    onReconnect?: () => void,
  ): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

const firstDelayMs = 50;
const longestDelayMs = 5_000;

/**
 * Opens its connection with the first listener. When it breaks, it connects again with growing
 * pauses, listens again to every channel, and tells each listener that it may have missed something.
 */
export function createNotificationClient(options: {
  url: string;
  applicationName: string;
}): NotificationClient {
  const listeners = new Set<Listener>();
  let client: Client | undefined;
  let connecting: Promise<Client> | undefined;
  let retry: NodeJS.Timeout | undefined;
  let closed = false;

  // One statement at a time: that is what a connection is good for.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = (work: () => Promise<unknown> | undefined): Promise<unknown> => {
    const result = last.then(work);
    last = result.catch(() => {});
    return result;
  };

  const connected = (): Promise<Client> => {
    if (client) return Promise.resolve(client);
    connecting ??= connect().finally(() => {
      connecting = undefined;
    });
    return connecting;
  };

  async function connect(): Promise<Client> {
    const opened = new Client({
      connectionString: options.url,
      application_name: options.applicationName,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      connectionTimeoutMillis: 10_000,
    });
    opened.on('notification', ({ channel, payload }) => {
      for (const listener of listeners)
        if (listener.channel === channel) listener.listener(payload ?? '');
    });
    opened.on('error', () => lost(opened));
    opened.on('end', () => lost(opened));
    try {
      await opened.connect();
      for (const channel of new Set([...listeners].map((listener) => listener.channel)))
        await opened.query(`listen ${escapeIdentifier(channel)}`);
    } catch (error) {
      await opened.end().catch(() => {});
      throw error;
    }
    if (closed) {
      await opened.end().catch(() => {});
      throw new Error('the listener was closed while it connected');
    }
    client = opened;
    return opened;
  }

  function lost(which: Client): void {
    if (client !== which) return;
    client = undefined;
    which.end().catch(() => {});
    if (!closed) reconnect(firstDelayMs);
  }

  function reconnect(delayMs: number): void {
    retry = setTimeout(() => {
      if (closed || listeners.size === 0) return;
      connected().then(
        () => {
          for (const listener of listeners) listener.onReconnect?.();
        },
        () => reconnect(Math.min(delayMs * 2, longestDelayMs)),
      );
    }, delayMs);
  }

  return {
    async listen(channel, listener, onReconnect) {
      const entry: Listener = { channel, listener, onReconnect };
      listeners.add(entry);
      try {
        const open = await connected();
        await inTurn(() => open.query(`listen ${escapeIdentifier(channel)}`));
      } catch (error) {
        listeners.delete(entry);
        throw error;
      }
      return async () => {
        listeners.delete(entry);
        const others = [...listeners].some((other) => other.channel === channel);
        if (!others)
          await inTurn(() => client?.query(`unlisten ${escapeIdentifier(channel)}`)).catch(
            () => {},
          );
      };
    },
    async close() {
      closed = true;
      clearTimeout(retry);
      listeners.clear();
      const open = client ?? (await connecting?.catch(() => undefined));
      client = undefined;
      await open?.end().catch(() => {});
    },
  };
}
