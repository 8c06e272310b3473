export { completeBash } from './bash.ts';
export { completeFish } from './fish.ts';
export { completeZsh } from './zsh.ts';
