import { devNull } from 'node:os';

/**
 * What a git child needs from the machine. Everything else stays behind: the platform's own
 * settings hold secrets, GIT_* variables of a surrounding hook would redirect the child, and HOME
 * would let in the user's .netrc.
 */
const PASSED_ON = [
  'PATH',
  'TMPDIR',
  'LD_LIBRARY_PATH',
  'GIT_EXEC_PATH',
  'GIT_SSL_CAINFO',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'SSH_AUTH_SOCK',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
] as const;

/** The whole environment of a git child; `extra` wins. No configuration of user or system reaches it. */
export function gitProcessEnvironment(extra: Record<string, string> = {}): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const name of PASSED_ON) {
    const value = process.env[name];
    if (value !== undefined) environment[name] = value;
  }
  return {
    ...environment,
    HOME: devNull,
    LC_ALL: 'C',
    TZ: 'UTC',
    GIT_CONFIG_GLOBAL: devNull,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    // A reflog entry needs an identity, and an empty HOME has none.
    GIT_AUTHOR_NAME: 'codex-k8s',
    GIT_AUTHOR_EMAIL: 'codex-k8s@localhost',
    GIT_COMMITTER_NAME: 'codex-k8s',
    GIT_COMMITTER_EMAIL: 'codex-k8s@localhost',
    ...extra,
  };
}
