export { createMemoryReader } from '../sources/index.ts';
export { createFilesystemReader } from './filesystem.ts';
export { locateSource, type SourceLocation } from './locate-source.ts';
