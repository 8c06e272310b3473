import { tmpdir } from 'node:os';
import { simpleGit } from 'simple-git';
import { gitError } from './git-error.ts';
import { isOid } from './object-format.ts';
import { gitProcessEnvironment } from './process-environment.ts';
import type { GitCode } from './codes.ts';
import type { CodexError } from '../errors/index.ts';

/** A repository somewhere else, as the network commands see it. */
export interface GitRemote {
  /** The address without anything secret. */
  readonly name: string;
  /** Ref → object as the remote has them now (annotated tags peeled); patterns as `git ls-remote` takes them. */
  listRefs(patterns: readonly string[]): Promise<Map<string, string>>;
  /** Fetches into the bare repository at `into`; CK-GIT-010 when another process holds its locks. */
  fetch(into: string, refspecs: readonly string[], options?: { prune?: boolean }): Promise<void>;
  /** Pushes commits of `from` by compare-and-swap; the answer tells what became of each ref. */
  push(from: string, changes: readonly PushChange[]): Promise<Map<string, PushAnswer>>;
}

/** A ref to move on the remote: only when it stands at `from` (undefined: only when there is none). */
export interface PushChange {
  ref: string;
  from: string | undefined;
  to: string;
}

/** `rejected`: the ref stands elsewhere; `refused`: the server said no (a rule, missing rights). */
export type PushAnswer = { kind: 'pushed' } | { kind: 'rejected' | 'refused'; reason: string };

/** How a remote is reached. */
export interface GitRemoteOptions {
  /** `https:`, `http:`, `ssh:` or `file:` URL, or an absolute path; no credentials in it. */
  url: string;
  /** Asked before each command; `user:password`, or a bare token (user `x-access-token`). Sent to http(s) only. */
  token?: () => Promise<string | undefined>;
  /** A command without output for so long is ended (default 60 s). */
  timeoutMs?: number;
}

/** Network commands by the system's git; CK-GIT-006 for an address that is not allowed. */
export function createGitRemote(options: GitRemoteOptions): GitRemote {
  const { url, timeoutMs = 60_000 } = options;
  const name = assertUrl(url);
  const http = /^https?:/.test(url);

  async function run(repository: string | undefined, args: readonly string[]): Promise<string> {
    const token = http ? await options.token?.() : undefined;
    const environment = gitProcessEnvironment({
      GIT_ALLOW_PROTOCOL: 'file:http:https:ssh',
      ...(repository === undefined ? {} : { GIT_DIR: repository }),
      ...configuration(token),
    });
    const git = simpleGit({
      baseDir: tmpdir(),
      timeout: { block: timeoutMs },
      allowEnvironment: Object.keys(environment),
      // The values come from this file alone; the guard is meant for those of strangers.
      unsafe: { allowUnsafeConfigPaths: true, allowUnsafeConfigEnvCount: true },
      errors: (error, result) =>
        result.exitCode === 0
          ? undefined
          : (error ?? Buffer.concat([...result.stdErr, ...result.stdOut])),
    }).env(environment);
    try {
      return await git.raw([...args]);
    } catch (error) {
      throw networkError(name, error, token);
    }
  }

  return {
    name,
    async listRefs(patterns) {
      const refs = new Map<string, string>();
      for (const line of (await run(undefined, ['ls-remote', '--', url, ...patterns])).split(
        '\n',
      )) {
        const [oid = '', ref = ''] = line.split('\t');
        // A peeled tag comes after the tag itself and takes its place.
        if (isOid(oid)) refs.set(ref.replace(/\^\{\}$/, ''), oid);
      }
      return refs;
    },
    async fetch(into, refspecs, { prune = false } = {}) {
      const flags = ['--quiet', '--no-tags', '--no-write-fetch-head', '--no-auto-gc'];
      await run(into, ['fetch', ...flags, ...(prune ? ['--prune'] : []), '--', url, ...refspecs]);
    },
    async push(from, changes) {
      const leases = changes.map(({ ref, from: old = '' }) => `--force-with-lease=${ref}:${old}`);
      const refspecs = changes.map(({ ref, to }) => `${to}:${ref}`);
      let output: string;
      try {
        output = await run(from, [
          'push',
          '--porcelain',
          '--no-verify',
          ...leases,
          '--',
          url,
          ...refspecs,
        ]);
      } catch (error) {
        // Exit code 1 with a status line per ref is an answer, not a failure.
        output = error instanceof Error ? error.message : '';
        if (parsePush(output).size === 0) throw error;
      }
      return parsePush(output);
    },
  };
}

/** Reads `<flag>\t<from>:<to>\t<summary> (<reason>)` lines. */
function parsePush(output: string): Map<string, PushAnswer> {
  const answers = new Map<string, PushAnswer>();
  for (const line of output.split('\n')) {
    const match = /(?:^|\s)([ *+!=-])\t[^\t]*:(refs\/\S+)\t(.*)$/.exec(line);
    if (match === null) continue;
    const [, flag = '', ref = '', summary = ''] = match;
    if (flag !== '!') answers.set(ref, { kind: 'pushed' });
    else
      answers.set(ref, { kind: isMoved(summary) ? 'rejected' : 'refused', reason: summary.trim() });
  }
  return answers;
}

/** The ways in which git says that the ref was not where we thought. */
function isMoved(summary: string): boolean {
  return /stale info|fetch first|non-fast-forward|needs force|cannot lock ref|failed to update ref|reference already exists|incorrect old value/i.test(
    summary,
  );
}

/** Settings for one command, in its environment: neither argv nor a file ever holds the token. */
function configuration(token: string | undefined): Record<string, string> {
  const settings: [string, string][] = [
    ['gc.auto', '0'],
    ['http.lowSpeedLimit', '100'],
    ['http.lowSpeedTime', '30'],
  ];
  if (token !== undefined) {
    const basic = Buffer.from(token.includes(':') ? token : `x-access-token:${token}`).toString(
      'base64',
    );
    // Without redirects the header goes to the registered address and nowhere else.
    settings.push(
      ['http.extraHeader', `Authorization: Basic ${basic}`],
      ['http.followRedirects', 'false'],
    );
  }
  const environment: Record<string, string> = { GIT_CONFIG_COUNT: String(settings.length) };
  for (const [index, [key, value]] of settings.entries()) {
    environment[`GIT_CONFIG_KEY_${index}`] = key;
    environment[`GIT_CONFIG_VALUE_${index}`] = value;
  }
  return environment;
}

function networkError(name: string, error: unknown, token: string | undefined): CodexError {
  let message = (error instanceof Error ? error.message : String(error)).trim();
  for (const secret of [token, token?.split(':').slice(1).join(':')]) {
    if (secret !== undefined && secret.length > 3) message = message.replaceAll(secret, '***');
  }
  message = message.replaceAll(/(\w+:\/\/)[^/@\s]+@/g, '$1***@');
  return gitError(codeOf(message), name, message, { cause: error });
}

function codeOf(message: string): GitCode {
  if (
    /Authentication failed|could not read (Username|Password)|terminal prompts disabled|error: 40[13]|Permission denied/i.test(
      message,
    )
  ) {
    return 'CK-GIT-009';
  }
  if (
    /repository .*not found|does not appear to be a git repository|No such file or directory|error: 404/i.test(
      message,
    )
  ) {
    return 'CK-GIT-013';
  }
  if (/cannot lock ref|Unable to create .*\.lock|shallow file has changed/i.test(message))
    return 'CK-GIT-010';
  return 'CK-GIT-008';
}

function assertUrl(url: string): string {
  if (url.startsWith('/')) return url;
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !['http:', 'https:', 'ssh:', 'file:'].includes(parsed.protocol)) {
    throw gitError(
      'CK-GIT-006',
      'repository address',
      'only http(s), ssh and file URLs and absolute paths are allowed',
    );
  }
  if (parsed.password !== '' || (parsed.username !== '' && parsed.protocol !== 'ssh:')) {
    throw gitError(
      'CK-GIT-006',
      `${parsed.protocol}//${parsed.host}${parsed.pathname}`,
      'the address carries credentials; register them as a token',
    );
  }
  return url;
}
