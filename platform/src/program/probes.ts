import { createProbeServer } from '@codex-k8s/api';
import type { Readiness } from '@codex-k8s/api';
import type { Parts } from './parts.ts';

/** The listener of a role without staff routes, open. */
export interface Probes {
  url: string;
  stop(): Promise<void>;
}

/** Opens health, readiness and metrics for a role that serves no staff. */
export async function startProbes(
  parts: Parts,
  readiness: Readiness,
  address: { host: string; port: number },
): Promise<Probes> {
  const server = createProbeServer({
    readiness,
    registry: parts.registry,
    installToken: parts.data.installToken,
  });
  const { url } = await server.listen(address);
  return { url, stop: () => server.close() };
}
