import type { ImageChange } from '@codex-k8s/schema';
import type { PathChange } from './diff-values.ts';

const containerLists = new Set(['containers', 'initContainers', 'ephemeralContainers']);

/** The image change of a container, when a change is one: `….containers[web].image`. */
export function containerImage(change: PathChange): ImageChange | undefined {
  const [list, container, field] = change.steps.slice(-3);
  if (list === undefined || container === undefined || field === undefined) return undefined;
  if (!('key' in list) || !containerLists.has(list.key)) return undefined;
  if (!('item' in container) || !('key' in field) || field.key !== 'image') return undefined;
  const { from, to } = change;
  if (typeof from !== 'string' || typeof to !== 'string') return undefined;
  return { name: container.item, from, to };
}
