import { contextMistakes } from './context.ts';
import { contractMistakes } from './contract.ts';
import { imagesMistakes } from './images.ts';
import { loadMistakes } from './load.ts';
import { objectsMistakes } from './objects.ts';
import { policiesMistakes } from './policies.ts';
import { safeguardsMistakes } from './safeguards.ts';
import { singleMistakes } from './single.ts';
import { sourcesMistakes } from './sources.ts';
import { unitsMistakes } from './units.ts';
import type { Mistake } from './parts.ts';

export type { Edit, Mistake } from './parts.ts';

/** A mistake for every code that a stack given as texts can lead to, in the order of the steps. */
export const mistakes: readonly Mistake[] = [
  ...singleMistakes,
  ...loadMistakes,
  ...contractMistakes,
  ...contextMistakes,
  ...imagesMistakes,
  ...unitsMistakes,
  ...sourcesMistakes,
  ...safeguardsMistakes,
  ...objectsMistakes,
  ...policiesMistakes,
];
