import type { BoundedMap } from './cache/index.ts';
import type { Findings } from './diagnostics/index.ts';
import type { TemplateSet } from './evaluation/index.ts';
import type { ManifestPrograms } from './manifests/index.ts';
import type { FinishedUnit } from './objects/index.ts';
import type { RenderInputs } from './rendered-stack.ts';
import type { SourceSet } from './sources/index.ts';
import type { ReplacementListener } from './yaml/index.ts';
import type { Place } from './yaml/index.ts';

/** What every step of one render works with. */
export interface RenderScope {
  inputs: RenderInputs;
  sources: SourceSet;
  templates: TemplateSet;
  /** Runs helm and kustomize; undefined where no programs can run. */
  programs: ManifestPrograms | undefined;
  /** What programs printed, by everything it depends on. */
  printed: BoundedMap<string>;
  /** Finished units by everything they depend on. */
  units: BoundedMap<FinishedUnit>;
  findings: Findings;
  /** Hears of every image tag that images.lock may pin; then none is reported as unlocked. */
  onReference?: (reference: { key: string; text: string; place: Place }) => void;
  /**
   * Only where a value has to be explained: hears of the values that merging replaces, for one owner
   * (`''` the files of the stack, `services/<name>`, `environments/<name>`).
   */
  replacements?: (owner: string) => ReplacementListener;
}
