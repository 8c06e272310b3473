import { createHmac, randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { Pool } from 'undici';

/** Posts signed push deliveries and times the answers. */
export interface Client {
  /** One delivery; resolves to the milliseconds until its answer. */
  post(): Promise<number>;
  close(): Promise<void>;
}

/** A client of one ingress with its own connections; the bodies differ in their delivery id only. */
export function createClient(
  origin: string,
  push: { fullName: string; secret: string },
  connections: number,
): Client {
  const pool = new Pool(origin, { connections, pipelining: 1 });
  const body = JSON.stringify({
    ref: 'refs/heads/main',
    before: '0'.repeat(40),
    after: 'f'.repeat(40),
    deleted: false,
    repository: { id: 1, full_name: push.fullName },
    commits: [],
  });
  const signature = `sha256=${createHmac('sha256', push.secret).update(body).digest('hex')}`;
  return {
    async post() {
      const began = performance.now();
      const { statusCode, body: answer } = await pool.request({
        method: 'POST',
        path: '/api/v1/webhooks/github',
        headers: {
          'content-type': 'application/json',
          'x-github-event': 'push',
          'x-github-delivery': randomUUID(),
          'x-hub-signature-256': signature,
        },
        body,
      });
      const text = await answer.text();
      if (statusCode !== 202) throw new Error(`the ingress answered ${statusCode}: ${text}`);
      return performance.now() - began;
    },
    close: () => pool.close(),
  };
}
