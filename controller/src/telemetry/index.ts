export { silentTelemetry } from './telemetry.ts';
export type { Telemetry } from './telemetry.ts';
