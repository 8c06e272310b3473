import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { parse } from 'yaml';
import { fieldsOf, listOf, textOf, textsOf, type Value } from '../../yaml/index.ts';

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
  /** `<apiVersion> <kind>` of everything that can be made on the server. */
  servedKinds(): Promise<string[]>;
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

  const exchange = (
    method: string,
    path: string,
    sent?: Value,
    more: Record<string, string> = {},
  ): Promise<{ status: number; text: string }> =>
    new Promise((resolve, reject) => {
      const type = method === 'PATCH' ? 'application/apply-patch+yaml' : 'application/json';
      const headers = { 'Content-Type': type, Authorization: authorization, ...more };
      const call = request(`${server}${path}`, { agent, method, headers });
      call.on('error', reject);
      call.on('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          resolve({
            status: response.statusCode ?? 0,
            text: Buffer.concat(chunks).toString(),
          });
        });
      });
      call.end(sent === undefined ? undefined : JSON.stringify(sent));
    });

  const send = async (method: string, path: string, sent?: Value): Promise<Verdict> => {
    const { status, text: answer } = await exchange(method, path, sent);
    return { status, message: status < 300 ? '' : messageOf(answer) };
  };

  return {
    send,
    async servedKinds() {
      const Accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
      const lists = ['/api', '/apis'].map((path) => exchange('GET', path, undefined, { Accept }));
      const found = (await Promise.all(lists)).flatMap((list) => kindsIn(list.text));
      return [...new Set(found)].toSorted();
    },
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

/** Kinds of a discovery document that can be created. */
function kindsIn(text: string): string[] {
  const list: Value = JSON.parse(text);
  return listOf(fieldsOf(list)['items']).flatMap((item) => {
    const group = textOf(fieldsOf(fieldsOf(item)['metadata'])['name']) ?? '';
    return listOf(fieldsOf(item)['versions']).flatMap((version) => {
      const { version: name, resources } = fieldsOf(version);
      const apiVersion = group === '' ? textOf(name) : `${group}/${textOf(name)}`;
      return listOf(resources).flatMap((resource) => {
        const { responseKind, verbs } = fieldsOf(resource);
        const kind = textOf(fieldsOf(responseKind)['kind']);
        return textsOf(verbs).includes('patch') ? [`${apiVersion} ${kind}`] : [];
      });
    });
  });
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
