import { contextMistakes } from './context.ts';
import { contractMistakes } from './contract.ts';
import { imagesMistakes } from './images.ts';
import { loadMistakes } from './load.ts';
import { safeguardsMistakes } from './safeguards.ts';
import { unitsMistakes } from './units.ts';
import type { Mistake } from './parts.ts';

export type { Mistake } from './parts.ts';

/** A mistake for every code that a stack given as texts can lead to, in the order of the steps. */
export const mistakes: readonly Mistake[] = [
  ...loadMistakes,
  ...contractMistakes,
  ...contextMistakes,
  ...imagesMistakes,
  ...unitsMistakes,
  ...safeguardsMistakes,
];
