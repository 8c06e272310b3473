import type { BoundedMap } from '../cache/index.ts';
import type { Findings } from '../diagnostics/index.ts';
import type { TemplateSet } from '../evaluation/index.ts';
import type { DeclaredObject } from '../objects/index.ts';
import type { SourceSet } from '../sources/index.ts';
import type { TemplateContext } from '../template/index.ts';
import type { ManifestPrograms } from './programs.ts';

/** Where objects of a unit come from: a plain file, a template, a chart, a kustomization. */
export interface ManifestSource {
  /** Everything its objects depend on except the template context: same key, same objects. */
  readonly key: string;
  /** Whether they depend on the template context too. */
  readonly readsContext: boolean;
  /** The objects; what is wrong is reported. */
  objects(context: TemplateContext): Promise<readonly DeclaredObject[]>;
}

/** What is needed to read manifests. */
export interface ManifestScope {
  sources: SourceSet;
  templates: TemplateSet;
  findings: Findings;
  /** Runs helm and kustomize; undefined where no programs can run. */
  programs: ManifestPrograms | undefined;
  /** What programs printed, by everything it depends on. */
  printed: BoundedMap<string>;
}
