export { applyCodeUpdate, contentAnnotation } from './apply-code-update.ts';
export {
  contentOf,
  resolveCodeUpdate,
  snapshotVolume,
  type CodeUpdate,
  type UpdatedUnit,
  type UpdateTarget,
} from './code-update.ts';
