import { textOf } from '../../yaml/index.ts';
import type { Policy } from '../policy.ts';

/** Tags that are moved to whatever is newest: names of branches and channels. */
const moving =
  /^(?:latest|main|master|head|trunk|develop|development|dev|test|edge|next|nightly|canary|snapshot|staging|stable|rolling|unstable|prod|production)(?:-[a-z]+)*$/i;

/** An image without a tag, or with one that is moved: nobody knows what runs, or how to go back. */
export const floatingTag: Policy = {
  name: 'floating-tag',
  severity: { dev: 'info', slot: 'warning', staging: 'warning', production: 'error' },
  check({ pod }) {
    if (pod === undefined) return [];
    return pod.containers.flatMap(({ name, path, value }) => {
      const image = textOf(value['image']);
      const why = image === undefined ? undefined : floatingBecause(image);
      if (why === undefined) return [];
      return [{ path: [...path, 'image'], message: `container ${name} runs ${image}, ${why}` }];
    });
  },
};

/** Why a reference may mean another image tomorrow; undefined when it does not. */
export function floatingBecause(reference: string): string | undefined {
  if (reference.includes('@')) return undefined;
  const name = reference.slice(reference.lastIndexOf('/') + 1);
  const colon = name.indexOf(':');
  if (colon < 0) return 'which has no tag and means latest';
  const tag = name.slice(colon + 1);
  return moving.test(tag) ? 'a tag that moves' : undefined;
}
