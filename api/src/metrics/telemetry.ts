import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

type Labels = Record<string, string>;

/** Structurally the Telemetry of the controller. */
export interface Telemetry {
  duration(metric: string, seconds: number, labels?: Labels): void;
  count(metric: string, labels?: Labels, by?: number): void;
  gauge(metric: string, value: number, labels?: Labels): void;
}

interface Family<M> {
  metric: M;
  labelNames: ReadonlySet<string>;
}

/** From half a millisecond to five minutes: a webhook's answer and a slow rollout are both told apart. */
const secondsBuckets = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300,
];

/**
 * Telemetry over a prom-client registry: `duration('x')` → histogram `codexk8s_x_seconds`,
 * `count('x')` → counter `codexk8s_x_total`, `gauge('x')` → gauge `codexk8s_x`.
 * Metrics exist from their first use; a label name not seen before starts its metric anew, as a restart would.
 */
export function createTelemetry(registry: Registry): Telemetry {
  const histograms = createFamilies(registry, (name, labelNames) => {
    return new Histogram({
      name,
      help: help(name),
      labelNames,
      buckets: secondsBuckets,
      registers: [registry],
    });
  });
  const counters = createFamilies(registry, (name, labelNames) => {
    return new Counter({ name, help: help(name), labelNames, registers: [registry] });
  });
  const gauges = createFamilies(registry, (name, labelNames) => {
    return new Gauge({ name, help: help(name), labelNames, registers: [registry] });
  });
  return {
    duration: (metric, seconds, labels = {}) =>
      histograms(metricName(metric, 'seconds'), labels).observe(labels, seconds),
    count: (metric, labels = {}, by = 1) =>
      counters(metricName(metric, 'total'), labels).inc(labels, by),
    gauge: (metric, value, labels = {}) => gauges(metricName(metric), labels).set(labels, value),
  };
}

function createFamilies<M>(
  registry: Registry,
  create: (name: string, labelNames: string[]) => M,
): (name: string, labels: Labels) => M {
  const families = new Map<string, Family<M>>();
  return (name, labels) => {
    const family = families.get(name);
    const names = Object.keys(labels);
    if (family && names.every((label) => family.labelNames.has(label))) return family.metric;
    const labelNames = new Set([...(family?.labelNames ?? []), ...names]);
    registry.removeSingleMetric(name);
    const metric = create(name, [...labelNames]);
    families.set(name, { metric, labelNames });
    return metric;
  };
}

const metricName = (metric: string, unit?: string): string => {
  const name = `codexk8s_${metric.replace(/[^a-zA-Z0-9_]/g, '_')}`;
  return unit === undefined || name.endsWith(`_${unit}`) ? name : `${name}_${unit}`;
};

const help = (name: string): string => name.replace(/^codexk8s_/, '').replaceAll('_', ' ');
