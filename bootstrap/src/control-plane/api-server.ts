import { readFileSync } from 'node:fs';
import { Agent, request } from 'undici';

/** The few requests that starting and watching a control plane takes. */
export interface ApiServer {
  /** Whether `/readyz` says ok. */
  isReady(): Promise<boolean>;
  /** `gitVersion` of the server. */
  readVersion(): Promise<string>;
  /** Creates an object unless one of that name exists. */
  create(path: string, body: Record<string, unknown>): Promise<void>;
  /** An object, or `undefined` when there is none. */
  read(path: string): Promise<unknown>;
  close(): Promise<void>;
}

/** Talks to `server` with `token`, trusting the certificates in `authorityFile` only. */
export function connectApiServer(server: string, authorityFile: string, token: string): ApiServer {
  let agent: Agent | undefined;
  const send = async (
    method: 'GET' | 'POST',
    path: string,
    body?: unknown,
  ): Promise<{ status: number; text: string }> => {
    // The file appears only once the API server has made it.
    agent ??= new Agent({
      allowH2: false,
      connect: { ca: readFileSync(authorityFile), timeout: 2_000 },
      headersTimeout: 5_000,
      bodyTimeout: 5_000,
    });
    const response = await request(`${server}${path}`, {
      method,
      dispatcher: agent,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.statusCode, text: await response.body.text() };
  };
  return {
    isReady: async () => {
      try {
        return (await send('GET', '/readyz')).status === 200;
      } catch {
        // Its certificate may have been read before it was written to the end: it is read again.
        await agent?.destroy();
        agent = undefined;
        return false;
      }
    },
    readVersion: async () => {
      const version: unknown = JSON.parse((await send('GET', '/version')).text);
      const found =
        typeof version === 'object' && version !== null
          ? Reflect.get(version, 'gitVersion')
          : undefined;
      return typeof found === 'string' ? found : 'unknown';
    },
    create: async (path, body) => {
      const { status, text } = await send('POST', path, body);
      if (status !== 201 && status !== 409)
        throw new Error(`POST ${path} answered ${status}: ${text.slice(0, 300)}`);
    },
    read: async (path) => {
      const { status, text } = await send('GET', path);
      if (status === 404) return undefined;
      if (status !== 200) throw new Error(`GET ${path} answered ${status}: ${text.slice(0, 300)}`);
      const value: unknown = JSON.parse(text);
      return value;
    },
    close: async () => agent?.destroy(),
  };
}
