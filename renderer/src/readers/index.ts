export { createFilesystemReader } from './filesystem.ts';
export { createMemoryReader } from './memory.ts';
