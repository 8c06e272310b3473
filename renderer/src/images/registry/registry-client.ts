import type { ImageReference } from '../reference.ts';

/** Where tags become digests: the port that `images lock` works with. */
export interface RegistryClient {
  /**
   * The digest that a tag stands for now.
   *
   * @throws RegistryError
   */
  resolve(reference: ImageReference): Promise<string>;
}

/** Why a registry gave no digest. */
export type RegistryFailure =
  /** No answer, or only that it is overloaded: later it may work. */
  | 'unreachable'
  /** It wants other credentials. */
  | 'refused'
  /** It has no such tag. */
  | 'not-found'
  /** Its answer cannot be trusted. */
  | 'invalid';

/** A registry gave no digest. The message names the registry, never credentials. */
export class RegistryError extends Error {
  readonly failure: RegistryFailure;

  constructor(failure: RegistryFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.failure = failure;
  }
}
