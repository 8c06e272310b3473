export { promptContext } from './prompt-context.ts';
