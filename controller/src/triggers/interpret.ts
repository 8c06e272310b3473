/** What a verified delivery means; never a SHA: the head is read when the work starts (design §1). */
export type Intent = { kind: 'ref-dirty'; ref: string } | { kind: 'ignored'; reason: string };

const handled = new Set(['push']);

/**
 * Reads the meaning of a delivery: a push marks its ref dirty, everything else is ignored with the
 * reason. Pure; the payload is untrusted JSON whose signature has been verified.
 */
export function interpretDelivery(event: string, payload: unknown): Intent {
  if (event === 'ping') return ignored('a ping: the webhook is connected');
  if (!handled.has(event)) return ignored(`event ${printable(event)} has no meaning here`);
  const { ref, deleted } = asRecord(payload);
  if (typeof ref !== 'string' || ref.length > 1024) return ignored('the push names no ref');
  if (ref.startsWith('refs/tags/')) return ignored('tags do not deploy');
  if (!ref.startsWith('refs/heads/')) return ignored(`${printable(ref)} is not a branch`);
  // A deleted source branch is an absence, and absence is never a command (design §4).
  if (deleted === true)
    return ignored(
      `branch ${printable(ref.slice('refs/heads/'.length))} was deleted; nothing is undeployed by that`,
    );
  return { kind: 'ref-dirty', ref };
}

const ignored = (reason: string): Intent => ({ kind: 'ignored', reason });

const asRecord = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

// Reasons are stored and answered: keep what came from outside short and in one line.
const printable = (text: string): string => text.replace(/[^\x20-\x7e]/g, '?').slice(0, 120);
