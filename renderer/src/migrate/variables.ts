import { YAMLMap } from 'yaml';
import type { Notes } from './notes.ts';
import { mapOf, put, textNode } from './old-document.ts';

const secretName = /(?:PASSWORD|PASSWD|SECRET|TOKEN|PRIVATE_KEY|API_KEY|CREDENTIALS|(?:^|_)PAT)$/i;
const variableName = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Whether a name speaks of something that must not stand in a manifest. */
export function isSecretName(name: string): boolean {
  return secretName.test(name);
}

/** The inputs that the old templates read from the environment: the new stack declares them. */
export class Variables {
  readonly #fallbacks = new Map<string, Set<string | undefined>>();
  readonly #fixed = new Map<string, { value: string | undefined; description: string }>();
  readonly #offered = new Map<string, { value: string | undefined; description: string }>();

  /** A variable that is read, and what it falls back to there. */
  read(name: string, fallback: string | undefined): void {
    const offered = this.#offered.get(name);
    if (offered !== undefined) this.#fixed.set(name, offered);
    const seen = this.#fallbacks.get(name) ?? new Set();
    this.#fallbacks.set(name, seen.add(fallback));
  }

  /** A variable that the migration makes. */
  add(name: string, value: string | undefined, description: string): void {
    this.#fixed.set(name, { value, description });
  }

  /** A variable that is declared only if something reads it. */
  offer(name: string, value: string | undefined, description: string): void {
    this.#offered.set(name, { value, description });
    if (this.#fallbacks.has(name)) this.#fixed.set(name, { value, description });
  }

  /** The block `spec.vars`. */
  toMap(notes: Notes): YAMLMap {
    const map = new YAMLMap();
    for (const [name, { value, description }] of this.#fixed)
      put(map, name, flow({ default: value, description }));
    for (const [name, fallbacks] of this.#fallbacks) {
      if (this.#fixed.has(name)) continue;
      if (!variableName.test(name)) {
        notes.person(
          {},
          `the variable ${name} cannot be declared under this name`,
          'Rename it where it is read.',
        );
        continue;
      }
      // With one literal everywhere, that is its default; else each place keeps its own.
      const [only] = fallbacks.size === 1 ? fallbacks : [undefined];
      put(map, name, flow({ default: only === '' ? undefined : only }));
      if (isSecretName(name))
        notes.person(
          {},
          `the variable ${name} looks like a secret: its value would stand in a manifest`,
          'Declare a secret in spec.secrets instead, and read it in the container by name and key.',
        );
    }
    return map;
  }
}

function flow(fields: Readonly<Record<string, string | undefined>>): YAMLMap {
  const given = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, textNode(value)]],
  );
  const map = mapOf(Object.fromEntries(given));
  map.flow = true;
  return map;
}
