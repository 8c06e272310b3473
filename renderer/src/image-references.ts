import { resolveCodeUpdate } from './code-update/index.ts';
import type { RenderScope } from './render-scope.ts';
import {
  declareUnits,
  loadRoot,
  mergeComponents,
  resolveContext,
  resolveEnvironment,
  resolveImports,
  resolveNamespaceAndImages,
  validateSchema,
} from './steps/index.ts';

/** A tag that images.lock may pin. */
export interface LockableReference {
  /** Registry, repository and tag: the key in images.lock. */
  key: string;
  /** As it is written. */
  text: string;
  /** Where it is written. */
  file: string;
  line: number;
  column: number;
}

/**
 * The tags of one environment that images.lock may pin: those of spec.images, and those that built
 * images stand on. What an earlier lock says of them does not count.
 *
 * @returns undefined after reporting what is wrong
 */
export async function imageReferences(
  scope: RenderScope,
): Promise<LockableReference[] | undefined> {
  const { findings } = scope;
  const found = new Map<string, LockableReference>();
  const listening: RenderScope = {
    ...scope,
    onReference({ key, text, place }) {
      const { source, offset } = place;
      found.set(key, { key, text, file: source.file, ...source.locate(offset) });
    },
  };
  const root = await loadRoot(scope);
  const files = root && (await resolveImports(scope, root));
  const merged = files && mergeComponents(scope, files);
  const stack = merged && validateSchema(scope, merged);
  const environment = stack && resolveEnvironment(scope, stack);
  const context = stack && environment && resolveContext(scope, stack, environment);
  const target =
    context && (await resolveNamespaceAndImages(listening, stack, environment, context));
  const declared = target && declareUnits(scope, stack, environment, context, target);
  if (declared === undefined) return undefined;
  const update = { environment: declared.environment, images: declared.target.images.byName };
  for (const unit of declared.units) await resolveCodeUpdate(listening, unit, update);
  if (findings.hasErrors) return undefined;
  return [...found.values()].toSorted((a, b) => (a.key < b.key ? -1 : 1));
}
