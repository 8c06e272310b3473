import { platformProject } from './production-namespace.ts';

/** The label that tells the objects of the platform itself from all others. */
export const partOfLabel = 'app.kubernetes.io/part-of';

/** What a stack does about the label of the platform. */
export type PartOf = 'written' | 'removed' | 'free';

/**
 * The platform's own objects carry app.kubernetes.io/part-of=codex-k8s in staging and production,
 * and in no slot: a copy must never be taken for the platform. Whatever the file says.
 */
export function partOfPlatform(
  project: string,
  environment: string,
  slot: number | undefined,
): PartOf {
  if (project !== platformProject) return 'free';
  if (slot !== undefined) return 'removed';
  return environment === 'staging' || environment === 'production' ? 'written' : 'free';
}
