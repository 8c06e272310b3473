import { collectDefaultMetrics, Registry } from 'prom-client';

/** A registry that already measures the process: memory, CPU, event loop lag. */
export function createMetricsRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}
