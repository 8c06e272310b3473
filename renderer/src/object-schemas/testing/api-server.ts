import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { parse } from 'yaml';
import type { Value } from '../../yaml/index.ts';

/** What a real API server says of an object that is not applied. */
export interface Verdict {
  status: number;
  message: string;
}

/** Asks a real API server about objects. */
export interface ApiServer {
  /** Server-side apply as a dry run, unknown and double fields refused. */
  judge(path: string, object: Value): Promise<Verdict>;
  send(method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: Value): Promise<Verdict>;
  /** Waits until the server knows the kind of an object. */
  untilServed(path: string): Promise<void>;
  close(): void;
}

/** Speaks with the cluster of a kubeconfig that has a token. */
export async function openApiServer(kubeconfigPath: string): Promise<ApiServer> {
  const config: unknown = parse(await readFile(kubeconfigPath, 'utf8'));
  const text = (path: string) => readPath(config, path);
  const ca = Buffer.from(text('clusters.0.cluster.certificate-authority-data'), 'base64');
  const agent = new Agent({ keepAlive: true, maxSockets: 4, ca });
  const authorization = `Bearer ${text('users.0.user.token')}`;
  const server = text('clusters.0.cluster.server');

  const send = (method: string, path: string, sent?: Value): Promise<Verdict> =>
    new Promise((resolve, reject) => {
      const type = method === 'PATCH' ? 'application/apply-patch+yaml' : 'application/json';
      const headers = { 'Content-Type': type, Authorization: authorization };
      const call = request(`${server}${path}`, { agent, method, headers });
      call.on('error', reject);
      call.on('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const status = response.statusCode ?? 0;
          const body = Buffer.concat(chunks).toString();
          resolve({ status, message: status < 300 ? '' : messageOf(body) });
        });
      });
      call.end(sent === undefined ? undefined : JSON.stringify(sent));
    });

  return {
    send,
    judge: (path, object) =>
      send('PATCH', `${path}?dryRun=All&fieldManager=judge&fieldValidation=Strict`, object),
    async untilServed(path) {
      const end = Date.now() + 20_000;
      for (;;) {
        const list = await send('GET', path.slice(0, path.lastIndexOf('/')));
        if (list.status === 200) return;
        if (Date.now() > end) throw new Error(`${path} is not served: ${list.message}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    close: () => agent.destroy(),
  };
}

/** Of a Status object; other answers are plain text. */
function messageOf(text: string): string {
  return text.startsWith('{') ? readPath(JSON.parse(text), 'message') : text;
}

function readPath(value: unknown, path: string): string {
  let current = value;
  for (const step of path.split('.'))
    current =
      typeof current === 'object' && current !== null ? Reflect.get(current, step) : undefined;
  return typeof current === 'string' ? current : '';
}
