export type { StackDescription, StackEnvironment } from './describe-stack.ts';
export { formatDiagnostics } from './diagnostics/index.ts';
export {
  diffSides,
  listStacks,
  readStackDirectory,
  UnreadableStateError,
  type DiffOptions,
  type EnvironmentPair,
  type SideOutcome,
  type StackContent,
} from './diff/index.ts';
export { openRepository, RepositoryError, type GitRepository } from './git/index.ts';
export { applySetId, blobId, directoryId } from './hash/index.ts';
export type { LockableReference } from './image-references.ts';
export type { ManifestPrograms } from './manifests/index.ts';
export { createManifestPrograms, type ManifestProgramsOptions } from './programs/index.ts';
export {
  formatDiff,
  formatValidation,
  type ReportFormat,
  type ReportOptions,
} from './output/index.ts';
export {
  createFilesystemReader,
  createMemoryReader,
  locateSource,
  type SourceLocation,
} from './readers/index.ts';
export { createRenderCache, type RenderCache } from './render-cache.ts';
export type { RenderedFile, RenderedStack, RenderInputs, RenderResult } from './rendered-stack.ts';
export {
  createRenderer,
  type DescribeResult,
  type PromptContextResult,
  type ReferencesResult,
  type Renderer,
  type RendererCounters,
  type RendererOptions,
} from './renderer.ts';
export {
  namespaceSeconds,
  runtimeMode,
  type RuntimeMode,
  type RuntimePolicy,
} from './runtime-policy.ts';
export { createSecretResolver, type SecretResolver } from './secrets/index.ts';
export type { SourceFile, SourceReader } from './source-reader.ts';
export { toolsDirectoryOf } from './tools/index.ts';
export { rendererVersion } from './version.ts';
export { isInRange } from './version-range.ts';
