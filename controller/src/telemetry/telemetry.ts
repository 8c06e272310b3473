/** Where the rooms report what they measured; implemented over a metrics registry at the composition root. */
export interface Telemetry {
  /** One observation of a duration, in seconds. */
  duration(metric: string, seconds: number, labels?: Record<string, string>): void;
  /** Adds to a counter, by one unless told. */
  count(metric: string, labels?: Record<string, string>, by?: number): void;
  /** Sets a gauge. */
  gauge(metric: string, value: number, labels?: Record<string, string>): void;
}

/** Telemetry that keeps nothing. */
export const silentTelemetry: Telemetry = { duration() {}, count() {}, gauge() {} };
