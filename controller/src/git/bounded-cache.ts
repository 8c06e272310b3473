/** A least-recently-used map whose entries weigh something; it never holds more than `capacity`. */
export interface BoundedCache<V> {
  get(key: string): V | undefined;
  set(key: string, value: V, weight: number): void;
  clear(): void;
}

/** Creates an empty cache; an entry heavier than a quarter of it is not kept. */
export function createBoundedCache<V>(capacity: number): BoundedCache<V> {
  const entries = new Map<string, { value: V; weight: number }>();
  let total = 0;
  return {
    get(key) {
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      entries.delete(key);
      entries.set(key, entry);
      return entry.value;
    },
    set(key, value, weight) {
      if (weight > capacity / 4) return;
      const former = entries.get(key);
      if (former !== undefined) {
        entries.delete(key);
        total -= former.weight;
      }
      entries.set(key, { value, weight });
      total += weight;
      for (const [oldest, entry] of entries) {
        if (total <= capacity) break;
        entries.delete(oldest);
        total -= entry.weight;
      }
    },
    clear() {
      entries.clear();
      total = 0;
    },
  };
}
