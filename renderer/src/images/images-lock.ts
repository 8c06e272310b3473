import { validateImagesLock } from '@codex-k8s/schema';
import { reportViolations } from '../contract/index.ts';
import { reportYaml } from '../manifests/index.ts';
import { resolvePath } from '../paths/index.ts';
import type { RenderScope } from '../render-scope.ts';
import { printYaml, toValue } from '../yaml/index.ts';
import type { NamedReference } from './build-image.ts';
import { lockKey, type ImageReference } from './reference.ts';

/** The digests that a render works with. */
export interface ImagesLock {
  /** The digest of a reference: its own, else the one it is locked to. */
  digest(reference: ImageReference): string | undefined;
  /** Reports a reference that must be locked and is not. */
  check(named: NamedReference): void;
}

/** Digests by lock key. */
export type LockedDigests = ReadonlyMap<string, string>;

/** The path of the lock that belongs to a services.yaml. */
export function lockPath(file: string): string {
  return resolvePath(file, 'images.lock') ?? 'images.lock';
}

/**
 * The lock beside the services.yaml. Without one, a protected environment has nothing locked, and
 * any other takes tags as they are.
 */
export async function openLock(scope: RenderScope, isProtected: boolean): Promise<ImagesLock> {
  const locked = await readLock(scope, lockPath(scope.inputs.file));
  const digest = (reference: ImageReference): string | undefined =>
    reference.digest ?? locked?.get(lockKey(reference));
  return {
    digest,
    check({ reference, text, place }) {
      if (scope.onReference !== undefined && reference.digest === undefined)
        return scope.onReference({ key: lockKey(reference), text, place });
      if (digest(reference) !== undefined) return;
      if (isProtected)
        scope.findings.report(
          'unlocked-image',
          place,
          `${text} is not locked, and ${scope.inputs.environment} is protected`,
        );
      else if (locked !== undefined)
        scope.findings.report('image-not-in-lock', place, `${text} is not in images.lock`);
    },
  };
}

/** What a lock holds; undefined when there is none. What is wrong with it is reported. */
export async function readLock(
  scope: Pick<RenderScope, 'sources' | 'findings'>,
  path: string,
): Promise<LockedDigests | undefined> {
  const parsed = await scope.sources.parse(path);
  if (parsed === undefined) return undefined;
  reportYaml(parsed, scope.findings);
  if (parsed.problems.length > 0) return new Map();
  const [root] = parsed.documents;
  if (root === undefined || parsed.documents.length > 1) {
    scope.findings.report('wrong-type', root ?? { file: path }, 'images.lock is one document');
    return new Map();
  }
  const validation = validateImagesLock(toValue(root));
  if (validation.ok) return new Map(Object.entries(validation.value.images));
  reportViolations(scope.findings, root, validation.errors);
  return new Map();
}

const comment = `# The digest each image tag stands for. Rendering reads it, so that a tag which moves changes nothing
# by itself. Written by \`codex-k8s-renderer images lock\`; \`--update\` asks for new digests.
`;

/** The text of a lock: sorted, the same bytes for the same digests. */
export function printLock(locked: LockedDigests): string {
  const images = Object.fromEntries([...locked].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  const lock = { apiVersion: 'codex-k8s.dev/v1alpha1', kind: 'ImagesLock', images };
  return `${comment}${printYaml(lock)}`;
}
