import type { Value } from '../yaml/index.ts';
import { isRecord } from './kubernetes-object.ts';

/** A value without a label, wherever it is written or selected by. */
export function withoutLabel(value: Value, label: string): Value {
  if (Array.isArray(value)) return value.map((item) => withoutLabel(item, label));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const holdsLabels = key === 'labels' || key === 'matchLabels' || key === 'selector';
      if (!holdsLabels || !isRecord(inner)) return [key, withoutLabel(inner, label)];
      const kept = Object.entries(inner).filter(([name]) => name !== label);
      return [key, withoutLabel(Object.fromEntries(kept), label)];
    }),
  );
}
