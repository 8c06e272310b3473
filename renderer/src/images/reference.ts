/** An image reference, taken apart. */
export interface ImageReference {
  /** As written, without tag and digest. */
  name: string;
  /** Host and port; `docker.io` when none is written. */
  registry: string;
  /** Path in the registry; `library/` is added where Docker adds it. */
  repository: string;
  tag: string | undefined;
  /** `sha256:…`. */
  digest: string | undefined;
}

const pattern =
  /^((?:([a-zA-Z0-9.-]+(?::[0-9]+)?)\/)?[a-z0-9._/-]+)(?::([A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$/;

/** Takes a reference apart; undefined when it is none. */
export function parseReference(text: string): ImageReference | undefined {
  const match = pattern.exec(text);
  const [, name, first, tag, digest] = match ?? [];
  if (name === undefined) return undefined;
  // The rule of Docker: a first part that cannot be a host belongs to the repository.
  const hasHost = first !== undefined && (/[.:]/.test(first) || first === 'localhost');
  const path = hasHost ? name.slice(first.length + 1) : name;
  const registry = hasHost ? first : 'docker.io';
  const isOfficial = registry === 'docker.io' && !path.includes('/');
  return { name, registry, repository: isOfficial ? `library/${path}` : path, tag, digest };
}

/** The whole name of what a tag stands for: the key of images.lock. */
export function lockKey({ registry, repository, tag = 'latest' }: ImageReference): string {
  return `${registry}/${repository}:${tag}`;
}

/** The reference as text: as it was written, with the given digest. */
export function printReference(
  { name, tag, digest }: ImageReference,
  pinned: string | undefined = digest,
): string {
  // Without a tag, the digest stands for `latest`, and says so.
  const shownTag = tag ?? (pinned !== undefined && digest === undefined ? 'latest' : undefined);
  return `${name}${shownTag === undefined ? '' : `:${shownTag}`}${pinned === undefined ? '' : `@${pinned}`}`;
}
