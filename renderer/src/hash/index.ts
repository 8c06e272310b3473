export { applySetId } from './apply-set.ts';
export { sha256 } from './content.ts';
export { blobId, directoryId, treeId, type TreeEntry } from './git-objects.ts';
