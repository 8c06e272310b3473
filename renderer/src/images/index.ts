export { buildImage, sourceContents, type BuildSpec, type NamedReference } from './build-image.ts';
export { contentTag, type BuildContent, type SourceContent } from './content-tag.ts';
export { declareImages, type DeclaredImage } from './declared-images.ts';
export { baseImages, type DockerfileBase } from './dockerfile.ts';
export {
  lockPath,
  openLock,
  printLock,
  readLock,
  type ImagesLock,
  type LockedDigests,
} from './images-lock.ts';
export { lockKey, parseReference, printReference, type ImageReference } from './reference.ts';
export {
  holdsStill,
  resolveImages,
  type ResolvedImage,
  type ResolvedImages,
  type SourceFacts,
} from './resolve-images.ts';
export { compareLock, type LockChanges } from './update-lock.ts';
