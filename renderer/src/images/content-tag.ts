import { sha256 } from '../hash/index.ts';

/** A file or directory with its git blob or tree id. */
export interface SourceContent {
  path: string;
  id: string;
}

/** Everything that decides what a build yields. */
export interface BuildContent {
  /** Git tree id of the whole context, or the parts of it that the build sees. */
  context: string | readonly SourceContent[];
  /** Git blob id of the Dockerfile. */
  dockerfile: string;
  target: string | undefined;
  args: Readonly<Record<string, string>>;
  /** Base images: lock key, and digest where it is known. */
  bases: readonly { key: string; digest: string | undefined }[];
}

/**
 * The tag of an image, by what it is built from: the same content has the same tag on every
 * machine, without asking a registry; one changed byte has another. Names and the order of
 * arguments, parts and bases do not count. Source: design §3.7.
 */
export function contentTag({ context, dockerfile, target, args, bases }: BuildContent): string {
  const parts =
    typeof context === 'string' ? context : sorted(context.map(({ path, id }) => [path, id]));
  const canonical = [
    1,
    parts,
    dockerfile,
    target ?? null,
    sorted(Object.entries(args)),
    sorted(bases.map(({ key, digest }) => [key, digest ?? ''])),
  ];
  return `c-${sha256(JSON.stringify(canonical)).slice(0, 32)}`;
}

function sorted(pairs: [string, string][]): [string, string][] {
  return pairs.toSorted(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : x < y ? -1 : 1));
}
