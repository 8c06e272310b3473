import { expect } from 'chai';
import { createSecretResolver } from './secret-resolver.ts';

describe('the keys of secrets', () => {
  const resolver = createSecretResolver(
    {
      environmentAliases: { production: ['prod'] },
      keyOverrides: [
        {
          sourceKey: 'CODEXK8S_GITHUB_OAUTH_CLIENT_ID',
          overrideKeys: { ai: 'CODEXK8S_GITHUB_OAUTH_CLIENT_ID_AI', prod: 'LIVE_ID' },
        },
      ],
      patterns: [
        {
          sourcePrefix: 'SHOP_',
          excludePrefixes: ['SHOP_FIXED_'],
          excludeSuffixes: ['_AI_STAGING'],
          environments: ['ai-staging'],
          overrideTemplate: '{key}_{env_upper}',
        },
        { sourcePrefix: 'SHOP_', environments: ['live'], overrideTemplate: '{env}.{suffix}' },
        { sourcePrefix: 'EMPTY_', overrideTemplate: '{suffix}' },
        { sourcePrefix: 'EMPTY_', overrideTemplate: '{key}' },
      ],
    },
    { staging: ['ai-staging'] },
  );

  for (const [environment, key, expected] of [
    // An exact override comes before every pattern, by the name or an alias of the environment.
    ['ai', 'CODEXK8S_GITHUB_OAUTH_CLIENT_ID', 'CODEXK8S_GITHUB_OAUTH_CLIENT_ID_AI'],
    ['production', 'CODEXK8S_GITHUB_OAUTH_CLIENT_ID', 'LIVE_ID'],
    [' Prod ', 'CODEXK8S_GITHUB_OAUTH_CLIENT_ID', 'LIVE_ID'],
    // The rule behind all others.
    ['production', 'CODEXK8S_DB_URL', 'CODEXK8S_PRODUCTION_DB_URL'],
    ['ai', 'CODEXK8S_DB_URL', 'CODEXK8S_AI_DB_URL'],
    ['dev', 'CODEXK8S_DB_URL', undefined],
    ['ai', 'CODEXK8S_AI_DB_URL', undefined],
    ['ai', 'CODEXK8S_PRODUCTION_DB_URL', undefined],
    // Patterns, the first that fits.
    ['staging', 'SHOP_TOKEN', 'SHOP_TOKEN_STAGING'],
    ['ai-staging', 'SHOP_TOKEN', 'SHOP_TOKEN_STAGING'],
    ['staging', 'SHOP_FIXED_TOKEN', undefined],
    ['staging', 'SHOP_TOKEN_AI_STAGING', undefined],
    ['live', 'SHOP_TOKEN', 'live.TOKEN'],
    // A result that is empty or the key itself is none.
    ['dev', 'EMPTY_', undefined],
    ['dev', 'EMPTY_X', 'X'],
  ] as const) {
    it(`${key} in${environment === ' Prod ' ? ' an alias of production' : ` ${environment}`} is looked for as ${expected ?? 'itself'}`, () => {
      expect(resolver.overrideKey(environment, key)).to.equal(expected);
      expect(resolver.candidates(environment, key)).to.deep.equal(
        expected === undefined ? [key] : [expected, key],
      );
    });
  }

  it('follow the built-in rules when nothing is said', () => {
    const plain = createSecretResolver();
    expect(plain.candidates('prod', 'CODEXK8S_A')).to.deep.equal([
      'CODEXK8S_PRODUCTION_A',
      'CODEXK8S_A',
    ]);
    expect(plain.candidates('dev', 'OTHER')).to.deep.equal(['OTHER']);
  });

  it('do not execute what a key brings in', () => {
    const one = createSecretResolver({
      patterns: [{ sourcePrefix: 'A', overrideTemplate: '{key}-{env}' }],
    });
    expect(one.overrideKey('dev', 'A{env}')).to.equal('A{env}-dev');
  });
});
