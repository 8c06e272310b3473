export { run } from './render.ts';
