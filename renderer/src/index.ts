export type { RenderedFile, RenderedStack, RenderInputs, RenderResult } from './rendered-stack.ts';
export type { SourceFile, SourceReader } from './source-reader.ts';
