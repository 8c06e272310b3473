import type { BoundedMap } from './cache/index.ts';
import type { Findings } from './diagnostics/index.ts';
import type { TemplateSet } from './evaluation/index.ts';
import type { FinishedUnit } from './objects/index.ts';
import type { RenderInputs } from './rendered-stack.ts';
import type { SourceSet } from './sources/index.ts';

/** What every step of one render works with. */
export interface RenderScope {
  inputs: RenderInputs;
  sources: SourceSet;
  templates: TemplateSet;
  /** Finished units by everything they depend on. */
  units: BoundedMap<FinishedUnit>;
  findings: Findings;
}
