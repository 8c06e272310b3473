/**
 * The renderer without anything of Node: for browsers, workers and editors. It reads from memory;
 * everything else is as in the package's main entry.
 */
export { formatDiagnostics } from './diagnostics/index.ts';
export { applySetId, blobId, directoryId } from './hash/index.ts';
export { createMemoryReader } from './sources/index.ts';
export { createRenderCache, type RenderCache } from './render-cache.ts';
export type { RenderedFile, RenderedStack, RenderInputs, RenderResult } from './rendered-stack.ts';
export { createRenderer, type DescribeResult, type Renderer } from './renderer.ts';
export type { SourceFile, SourceReader } from './source-reader.ts';
export { rendererVersion } from './version.ts';
