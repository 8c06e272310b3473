import type { RequestOptions as HttpsOptions } from 'node:https';
import { CodexError } from '../errors/index.ts';
import { ClusterError } from './cluster-error.ts';
import { asObject } from './status.ts';

/** Where the credentials come from: a kubeconfig file and a context named on purpose. */
export interface KubeconfigSource {
  file: string;
  /** Default: the file's current context. */
  context?: string;
}

/** What a connection needs to speak to one API server. */
export interface Credentials {
  server: string;
  tls: {
    ca?: string | Buffer;
    cert?: string | Buffer;
    key?: string | Buffer;
    servername?: string;
    rejectUnauthorized?: boolean;
  };
  /** The Authorization header; asked for each request, since tokens of files and plugins expire. */
  authorization(): Promise<string | undefined>;
}

/** Tokens of plugins and token files are read again after this time. */
const authorizationLifetimeMs = 60_000;

/** Reads a kubeconfig: client certificates, static tokens, token files and exec plugins. */
export async function loadCredentials(source: KubeconfigSource): Promise<Credentials> {
  // Loaded when first needed: the client's generated models cost a start without a cluster 0.4 s.
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  const about = `kubeconfig ${source.file}`;
  try {
    config.loadFromFile(source.file);
  } catch (error) {
    throw new ClusterError('kubeconfig', messageOf(error), { about, cause: error });
  }
  if (source.context !== undefined) {
    if (!config.getContexts().some((context) => context.name === source.context)) {
      throw new ClusterError('kubeconfig', `there is no context '${source.context}'`, { about });
    }
    config.setCurrentContext(source.context);
  }
  const cluster = config.getCurrentCluster();
  if (!cluster) throw new ClusterError('kubeconfig', 'the context names no cluster', { about });

  const user = config.getCurrentUser();
  const options: HttpsOptions = {};
  await config.applyToHTTPSOptions(options);
  const dynamic = user?.exec !== undefined || user?.authProvider !== undefined;
  let header = authorizationOf(options);
  let readAt = performance.now();
  return {
    server: cluster.server.replace(/\/+$/u, ''),
    tls: tlsOf(options),
    async authorization() {
      if (dynamic && performance.now() - readAt > authorizationLifetimeMs) {
        const fresh: HttpsOptions = {};
        await config.applyToHTTPSOptions(fresh);
        header = authorizationOf(fresh);
        readAt = performance.now();
      }
      return header;
    },
  };
}

function tlsOf(options: HttpsOptions): Credentials['tls'] {
  const { ca, cert, key, servername, rejectUnauthorized } = options;
  return {
    ...(isText(ca) ? { ca } : {}),
    ...(isText(cert) ? { cert } : {}),
    ...(isText(key) ? { key } : {}),
    ...(servername === undefined ? {} : { servername }),
    ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
  };
}

function isText(value: unknown): value is string | Buffer {
  return typeof value === 'string' || Buffer.isBuffer(value);
}

function authorizationOf(options: HttpsOptions): string | undefined {
  const header = asObject(options.headers)?.['Authorization'];
  if (typeof header === 'string') return header;
  if (typeof options.auth !== 'string') return undefined;
  return `Basic ${Buffer.from(options.auth).toString('base64')}`;
}

function messageOf(error: unknown): string {
  if (error instanceof CodexError) return error.data.message;
  return error instanceof Error ? error.message : String(error);
}
