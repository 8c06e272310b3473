import type { SecretResolution } from '@codex-k8s/schema';

/** Which keys to look for in a store that keeps the values of several environments. */
export interface SecretResolver {
  /** The own name of an environment that may be named by an alias. */
  canonicalEnvironment(name: string): string;
  /** The key an environment has in place of another; undefined when it has none. */
  overrideKey(environment: string, sourceKey: string): string | undefined;
  /** Keys in the order in which to look: the first with a value that is not blank counts. */
  candidates(environment: string, sourceKey: string): string[];
}

interface Pattern {
  sourcePrefix: string;
  excludePrefixes?: readonly string[];
  excludeSuffixes?: readonly string[];
  environments?: readonly string[];
  overrideTemplate: string;
}

const builtInPattern: Pattern = {
  sourcePrefix: 'CODEXK8S_',
  excludePrefixes: ['CODEXK8S_AI_', 'CODEXK8S_PRODUCTION_'],
  environments: ['production', 'ai'],
  overrideTemplate: 'CODEXK8S_{env_upper}_{suffix}',
};

/**
 * The rules of spec.secretResolution as functions of names alone: exact overrides, then the first
 * pattern that fits (the built-in one stands last), then the key itself.
 *
 * @param aliases more aliases by environment, such as those of spec.environments
 */
export function createSecretResolver(
  resolution: SecretResolution = {},
  aliases: Readonly<Record<string, readonly string[]>> = {},
): SecretResolver {
  const names = new Map<string, string>();
  const declared = resolution.environmentAliases ?? { production: ['prod'] };
  for (const [name, others] of [...Object.entries(declared), ...Object.entries(aliases)]) {
    names.set(normal(name), normal(name));
    for (const other of others) names.set(normal(other), normal(name));
  }
  const canonicalEnvironment = (name: string) => names.get(normal(name)) ?? normal(name);
  const overrides = new Map(
    (resolution.keyOverrides ?? []).map(({ sourceKey, overrideKeys }) => [
      sourceKey,
      new Map(Object.entries(overrideKeys).map(([name, key]) => [canonicalEnvironment(name), key])),
    ]),
  );
  const patterns: Pattern[] = [...(resolution.patterns ?? []), builtInPattern];

  function overrideKey(environment: string, sourceKey: string): string | undefined {
    const name = canonicalEnvironment(environment);
    const exact = overrides.get(sourceKey)?.get(name)?.trim();
    if (exact !== undefined && exact !== '') return exact;
    for (const pattern of patterns) {
      if (!fits(pattern, name, sourceKey)) continue;
      const key = applyPattern(pattern, name, sourceKey);
      if (key !== '' && key !== sourceKey) return key;
    }
    return undefined;
  }

  function fits(pattern: Pattern, name: string, key: string): boolean {
    const { sourcePrefix, excludePrefixes = [], excludeSuffixes = [], environments = [] } = pattern;
    return (
      key.startsWith(sourcePrefix) &&
      !excludePrefixes.some((prefix) => key.startsWith(prefix)) &&
      !excludeSuffixes.some((suffix) => key.endsWith(suffix)) &&
      (environments.length === 0 || environments.map(canonicalEnvironment).includes(name))
    );
  }

  return {
    canonicalEnvironment,
    overrideKey,
    candidates(environment, sourceKey) {
      const override = overrideKey(environment, sourceKey);
      return override === undefined ? [sourceKey] : [override, sourceKey];
    },
  };
}

function applyPattern(pattern: Pattern, environment: string, key: string): string {
  const tokens: Readonly<Record<string, string>> = {
    key,
    suffix: key.slice(pattern.sourcePrefix.length),
    env: environment,
    env_upper: environment.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_'),
  };
  // One pass: what a token brings in is no template again.
  return pattern.overrideTemplate
    .replaceAll(/\{(key|suffix|env|env_upper)\}/g, (_, token: string) => tokens[token] ?? '')
    .trim();
}

function normal(name: string): string {
  return name.trim().toLowerCase();
}
