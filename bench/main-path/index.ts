export { run } from './main-path.ts';
