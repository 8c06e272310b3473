/** What the command line takes from its environment; nothing else does. */
export interface CliEnvironment {
  colour: boolean;
  /** Values for declared variables, asked for by `--vars-from-env PREFIX`. */
  variables(prefix: string): Record<string, string>;
}

/** Reads the environment. Source of NO_COLOR: https://no-color.org */
export function readEnvironment(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): CliEnvironment {
  return {
    colour: (environment['NO_COLOR'] ?? '') === '',
    variables(prefix) {
      const found = Object.entries(environment).filter(([name]) => name.startsWith(prefix));
      return Object.fromEntries(
        found.map(([name, value]) => [name.slice(prefix.length), value ?? '']),
      );
    },
  };
}
