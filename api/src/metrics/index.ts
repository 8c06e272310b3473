export { createMetricsRegistry } from './registry.ts';
export { createTelemetry, type Telemetry } from './telemetry.ts';
