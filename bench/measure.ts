/** Figures of a series, in the unit of its values. */
export interface Figures {
  count: number;
  min: number;
  p50: number;
  p95: number;
  p99: number;
  max: number;
}

/** The figures of a series; percentiles by nearest rank. */
export function figures(values: readonly number[]): Figures {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    round(
      sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ??
        Number.NaN,
    );
  return {
    count: sorted.length,
    min: at(0),
    p50: at(0.5),
    p95: at(0.95),
    p99: at(0.99),
    max: at(1),
  };
}

/** Two decimals are enough for milliseconds. */
export const round = (value: number): number => Math.round(value * 100) / 100;
