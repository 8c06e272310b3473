import type { RenderScope } from './render-scope.ts';
import {
  declareUnits,
  resolveContext,
  resolveEnvironment,
  resolveNamespaceAndImages,
  type ResolvedStack,
  type ValidatedStack,
} from './steps/index.ts';

/** Steps 5 to 8: from a stack that follows the contract to its units for one environment. */
export async function resolveValidated(
  scope: RenderScope,
  stack: ValidatedStack,
): Promise<ResolvedStack | undefined> {
  const environment = resolveEnvironment(scope, stack);
  const context = environment && resolveContext(scope, stack, environment);
  const target = context && (await resolveNamespaceAndImages(scope, stack, environment, context));
  return target && declareUnits(scope, stack, environment, context, target);
}
