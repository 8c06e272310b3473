import { ClusterError } from './cluster-error.ts';
import { parseJson, parseObject } from './objects.ts';
import { asObject, kindOf } from './status.ts';
import { unavailable } from './transport.ts';
import type { Collection, WatchEvent } from './types.ts';

/** Decodes the body of a watch: one JSON event per line. Throws `gone` for an expired position. */
export async function* decodeWatch(
  body: AsyncIterable<Uint8Array>,
  collection: Collection,
  about: string,
): AsyncGenerator<WatchEvent, void, void> {
  for await (const line of lines(body, about)) yield decodeEvent(line, collection, about);
}

function decodeEvent(line: string, collection: Collection, about: string): WatchEvent {
  const event = asObject(parseJson(line, about));
  switch (event?.['type']) {
    case 'ADDED':
      return { type: 'added', object: parseObject(event['object'], about, collection) };
    case 'MODIFIED':
      return { type: 'modified', object: parseObject(event['object'], about, collection) };
    case 'DELETED':
      return { type: 'deleted', object: parseObject(event['object'], about, collection) };
    case 'BOOKMARK': {
      const resourceVersion = asObject(asObject(event['object'])?.['metadata'])?.[
        'resourceVersion'
      ];
      return { type: 'bookmark', resourceVersion: String(resourceVersion) };
    }
    default:
      throw errorEvent(asObject(event?.['object']), about);
  }
}

function errorEvent(status: Record<string, unknown> | undefined, about: string): ClusterError {
  const code = typeof status?.['code'] === 'number' ? status['code'] : 500;
  const reason = typeof status?.['reason'] === 'string' ? status['reason'] : undefined;
  const message = typeof status?.['message'] === 'string' ? status['message'] : 'the watch failed';
  return new ClusterError(kindOf(code, reason, message), message, { about, status: code });
}

async function* lines(body: AsyncIterable<Uint8Array>, about: string): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for await (const chunk of body) {
      rest += decoder.decode(chunk, { stream: true });
      let end = rest.indexOf('\n');
      if (end === -1) continue;
      let start = 0;
      for (; end !== -1; end = rest.indexOf('\n', start)) {
        const line = rest.slice(start, end);
        start = end + 1;
        if (line !== '') yield line;
      }
      rest = rest.slice(start);
    }
  } catch (error) {
    throw unavailable(about, error);
  }
}
