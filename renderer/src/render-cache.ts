import type { Diagnostic } from '@codex-k8s/schema';
import { BoundedMap } from './cache/index.ts';
import type { FinishedUnit } from './objects/index.ts';
import type { ParsedText } from './sources/index.ts';
import type { ResolvedStack } from './steps/index.ts';
import type { Template, TemplateOutcome } from './template/index.ts';

/**
 * What renders share. Every entry is keyed by all that it depends on – contents by digest – so it
 * can be forgotten at any time and never be wrong.
 */
export interface RenderCache {
  documents: BoundedMap<ParsedText>;
  templates: BoundedMap<TemplateOutcome<Template>>;
  /** Resolved stacks with the warnings that were found on the way. */
  stacks: BoundedMap<{ stack: ResolvedStack; diagnostics: readonly Diagnostic[] }>;
  units: BoundedMap<FinishedUnit>;
  /** What helm and kustomize printed. */
  printed: BoundedMap<string>;
}

/**
 * A cache for any number of stacks.
 *
 * @param maxBytes rough limit of what it holds; 256 MiB by default
 */
export function createRenderCache(maxBytes = 256 * 1024 * 1024): RenderCache {
  return {
    documents: new BoundedMap(maxBytes / 2),
    templates: new BoundedMap(maxBytes / 16),
    stacks: new BoundedMap(maxBytes / 4),
    units: new BoundedMap(maxBytes / 4),
    printed: new BoundedMap(maxBytes / 16),
  };
}
