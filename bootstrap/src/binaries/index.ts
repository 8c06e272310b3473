export { ensureBinaries, type Binaries, type EnsureBinariesOptions } from './ensure.ts';
export {
  currentTarget,
  essentialBinaries,
  otherBinaries,
  versionKey,
  versions,
  type BinaryName,
  type BinarySource,
  type EssentialBinary,
  type OtherBinary,
} from './versions.ts';
