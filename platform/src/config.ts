import { Ajv } from 'ajv';
import { CodexError } from '@codex-k8s/controller';
import { toolsDirectoryOf } from '@codex-k8s/renderer';
import { settings } from './settings.ts';
import type { SettingName } from './settings.ts';

/** The configuration of one process; read once, here alone (FR-024). */
export interface Config {
  role: 'all' | 'api' | 'controller' | 'apply';
  dataDirectory: string;
  databaseUrl?: string;
  databasePoolSize: number;
  encryptionKeyFile?: string;
  publicListen: string;
  privateListen: string;
  webhookMaxBodyBytes: number;
  installTokenFile?: string;
  cluster: string;
  kubeconfig?: string;
  kubeContext?: string;
  workLeaseMs: number;
  environmentLeaseMs: number;
  toolsDirectory: string;
  sweepIntervalMs: number;
}

/** Read by the local control plane's own configuration. */
const readElsewhere = new Set(['CODEXK8S_DOWNLOAD_BASE_URL']);

const names = Object.keys(settings) as SettingName[];

/**
 * Reads the configuration from `CODEXK8S_*` variables and explicit overrides (command line).
 * An unknown `CODEXK8S_` name or a value of the wrong shape is an error that names the variable.
 */
export function readConfig(
  overrides: Partial<Record<SettingName, string>> = {},
  environment: NodeJS.ProcessEnv = process.env,
): Config {
  const known = new Map(names.map((name) => [settings[name].variable as string, name]));
  const unknown = Object.keys(environment).filter(
    (name) =>
      name.startsWith('CODEXK8S_') &&
      !name.startsWith('CODEXK8S_TEST_') &&
      !readElsewhere.has(name) &&
      !known.has(name),
  );
  if (unknown.length > 0)
    throw new CodexError({
      code: 'CK-CFG-001',
      message: `unknown setting ${unknown.join(', ')}`,
      hint: `known ones: ${[...known.keys()].join(', ')}`,
    });
  const given: Record<string, string> = {};
  for (const name of names) {
    const value = overrides[name] ?? environment[settings[name].variable];
    if (value !== undefined && value !== '') given[name] = value;
  }
  given['toolsDirectory'] ??= toolsDirectoryOf(environment);
  const ajv = new Ajv({ coerceTypes: true, useDefaults: true, allErrors: true });
  const validate = ajv.compile<Config>({
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(names.map((name) => [name, settings[name].schema])),
  });
  const config: unknown = given;
  if (validate(config)) return requireWhole(config);
  const problems = (validate.errors ?? []).map((error) => {
    const name = error.instancePath.slice(1) as SettingName;
    return `${settings[name]?.variable ?? name} ${error.message ?? 'is wrong'}`;
  });
  throw new CodexError({
    code: 'CK-CFG-002',
    message: problems.join('; '),
    hint: 'docs/reference/configuration.md lists every setting',
  });
}

function requireWhole(config: Config): Config {
  if (config.role !== 'all' && config.databaseUrl === undefined)
    throw new CodexError({
      code: 'CK-CFG-003',
      message: `role ${config.role} needs a PostgreSQL: the embedded database serves one process, role all`,
      hint: 'set CODEXK8S_DATABASE_URL',
    });
  return config;
}

/** The configuration as it may be printed: secrets masked. */
export function describeConfig(config: Config): Record<string, unknown> {
  return Object.fromEntries(
    names
      .filter((name) => config[name] !== undefined)
      .map((name) => [settings[name].variable, 'secret' in settings[name] ? '***' : config[name]]),
  );
}

/** Whether a stream may be coloured: a terminal, and NO_COLOR is not set. */
export function mayColor(
  stream: { isTTY?: boolean },
  environment: NodeJS.ProcessEnv = process.env,
): boolean {
  return stream.isTTY === true && (environment['NO_COLOR'] ?? '') === '';
}
