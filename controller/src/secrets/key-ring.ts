import { inspect } from 'node:util';
import { secretError } from './failures.ts';

/** An encryption key with the name that is stored beside what it encrypted. */
export interface SecretKey {
  id: string;
  /** 32 bytes. */
  key: Buffer;
}

/** The keys of an installation; prints as their names only. */
export class KeyRing {
  readonly activeKeyId: string;
  readonly #keys: ReadonlyMap<string, Buffer>;

  /** @throws CodexError CK-SECRET-006 */
  constructor(keys: readonly SecretKey[], activeKeyId: string) {
    this.#keys = new Map(keys.map(({ id, key }) => [id, key]));
    this.activeKeyId = activeKeyId;
    const bad = keys.find(({ key }) => key.length !== 32);
    if (bad)
      throw secretError(
        'CK-SECRET-006',
        `key ${bad.id} has ${bad.key.length} bytes instead of 32`,
        { key: bad.id },
      );
    if (this.#keys.size !== keys.length)
      throw secretError('CK-SECRET-006', 'two keys have the same name', { active: activeKeyId });
    if (!this.#keys.has(activeKeyId))
      throw secretError('CK-SECRET-006', `the active key ${activeKeyId} is not among the keys`, {
        active: activeKeyId,
      });
  }

  /** The ids of all keys. */
  get ids(): string[] {
    return [...this.#keys.keys()];
  }

  /** The material of a key, for the cipher alone. */
  material(id: string): Buffer | undefined {
    return this.#keys.get(id);
  }

  toJSON(): { activeKeyId: string; ids: string[] } {
    return { activeKeyId: this.activeKeyId, ids: this.ids };
  }

  [inspect.custom](): string {
    return `KeyRing(active ${this.activeKeyId}, ${this.ids.length} keys)`;
  }
}
