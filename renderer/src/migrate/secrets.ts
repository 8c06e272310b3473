import { YAMLSeq } from 'yaml';
import type { MigrationScope } from './new-stack.ts';

/** The block `spec.secrets`: what stood in Secret manifests, without values. */
export function secretList(_scope: MigrationScope): YAMLSeq {
  return new YAMLSeq();
}
