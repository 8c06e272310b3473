import { createHash } from 'node:crypto';
import type { ManagedFieldsEntry, ObjectMetadata } from '../kubernetes/index.ts';
import { environmentOfManager } from './identity.ts';

/** A write by somebody else, as managedFields tell it. */
export interface ForeignWrite {
  manager: string;
  operation: 'Apply' | 'Update';
  /** When, in RFC 3339; absent where the server does not say. */
  time?: string;
}

/**
 * Hash of the fields our manager owns by server-side apply (not through a subresource); undefined
 * when it owns nothing. Whoever changes one of our fields takes it over, so the hash changes;
 * changes of fields that are not ours leave it (the signal for drift, without comparing values).
 */
export function ownedFieldsHash(metadata: ObjectMetadata, manager: string): string | undefined {
  const entry = metadata.managedFields?.find((candidate) => isOwnEntry(candidate, manager));
  if (entry?.fieldsV1 === undefined) return undefined;
  return createHash('sha256')
    .update(JSON.stringify(entry.fieldsV1))
    .digest('base64url')
    .slice(0, 22);
}

/** The latest write by another manager outside of subresources (status is the controllers' business). */
export function lastForeignWrite(
  metadata: ObjectMetadata,
  manager: string,
): ForeignWrite | undefined {
  let latest: ForeignWrite | undefined;
  for (const entry of metadata.managedFields ?? []) {
    if (entry.subresource || isOwnEntry(entry, manager) || entry.manager === undefined) continue;
    if (latest?.time !== undefined && (entry.time ?? '') < latest.time) continue;
    latest = {
      manager: entry.manager,
      operation: entry.operation ?? 'Update',
      ...(entry.time === undefined ? {} : { time: entry.time }),
    };
  }
  return latest;
}

/** Other environments of this platform that apply this object: their ids. */
export function rivalEnvironments(metadata: ObjectMetadata, manager: string): string[] {
  return (metadata.managedFields ?? []).flatMap((entry) => {
    if (entry.operation !== 'Apply' || entry.subresource || entry.manager === manager) return [];
    return environmentOfManager(entry.manager ?? '') ?? [];
  });
}

/** The managers a conflict answer names (`conflict with "kubectl-edit" using v1 at …`). */
export function managersInConflict(messages: string[]): string[] {
  const managers = messages.flatMap(
    (message) => /conflict with "([^"]+)"/u.exec(message)?.[1] ?? [],
  );
  return [...new Set(managers)].toSorted();
}

function isOwnEntry(entry: ManagedFieldsEntry, manager: string): boolean {
  return entry.manager === manager && entry.operation === 'Apply' && !entry.subresource;
}
