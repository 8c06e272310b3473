import { asObject } from '../kubernetes/index.ts';
import type { ObjectHealth } from './types.ts';

/** How an object stands, and why it does not stand better. */
export interface HealthVerdict {
  status: ObjectHealth;
  message?: string;
}

export interface Condition {
  status: string;
  reason: string;
  /** Reason and message in one line. */
  text: string;
  /** `lastTransitionTime`, RFC 3339. */
  since: string | undefined;
}

export function current(): HealthVerdict {
  return { status: 'current' };
}

export function progressing(message: string): HealthVerdict {
  return { status: 'progressing', message };
}

export function failed(message: string): HealthVerdict {
  return { status: 'failed', message };
}

/** One of `status.conditions[]`, by type. */
export function condition(
  status: Record<string, unknown> | undefined,
  type: string,
): Condition | undefined {
  const conditions = status?.['conditions'];
  if (!Array.isArray(conditions)) return undefined;
  for (const entry of conditions) {
    const candidate = asObject(entry);
    if (candidate?.['type'] !== type) continue;
    const reason = string(candidate, 'reason') ?? '';
    const message = string(candidate, 'message') ?? '';
    return {
      status: string(candidate, 'status') ?? 'Unknown',
      reason,
      since: string(candidate, 'lastTransitionTime'),
      text: [reason, message].filter((part) => part !== '').join(': ') || type,
    };
  }
  return undefined;
}

export function integer(
  record: Record<string, unknown> | undefined,
  field: string,
): number | undefined {
  const value = record?.[field];
  return typeof value === 'number' ? value : undefined;
}

export function string(
  record: Record<string, unknown> | undefined,
  field: string,
): string | undefined {
  const value = record?.[field];
  return typeof value === 'string' ? value : undefined;
}
