export { createMemoryReader } from './memory-reader.ts';
export { SourceSet, type ParsedText } from './source-set.ts';
