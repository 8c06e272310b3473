export { createMemoryReader } from '../sources/index.ts';
export { createFilesystemReader } from './filesystem.ts';
