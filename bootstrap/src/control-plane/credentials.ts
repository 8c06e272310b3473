import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderKubeconfig } from '../kubeconfig/index.ts';
import { secretFiles } from './components.ts';
import type { Layout } from './layout.ts';

/** Who may talk to the API server: the person and each component with a name of its own. */
const subjects = [
  { name: 'admin', user: 'codex-k8s:admin', groups: ['system:masters'] },
  { name: 'kube-controller-manager', user: 'system:kube-controller-manager', groups: [] },
  { name: 'kube-scheduler', user: 'system:kube-scheduler', groups: [] },
  { name: 'kwok', user: 'codex-k8s:simulated-node', groups: ['system:masters'] },
] as const;

/** The API server makes its serving certificate for one year. */
const renewAfterMs = 300 * 24 * 3600 * 1000;

/** Makes what is missing – tokens and the service account key stay over restarts – and returns the admin's token. */
export function prepareCredentials(layout: Layout): string {
  for (const folder of [layout.directory, layout.secrets, layout.certificates, layout.logs])
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  const tokensFile = join(layout.secrets, secretFiles.tokens);
  if (!existsSync(tokensFile)) {
    const lines = subjects.map(
      ({ user, groups }) =>
        `${randomBytes(32).toString('hex')},${user},${user},"${groups.join(',')}"`,
    );
    writePrivate(tokensFile, `${lines.join('\n')}\n`);
  }
  const keyFile = join(layout.secrets, secretFiles.serviceAccountKey);
  if (!existsSync(keyFile)) {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    writePrivate(keyFile, privateKey.export({ type: 'sec1', format: 'pem' }).toString());
  }
  if (ageOf(layout.certificateAuthority) > renewAfterMs)
    rmSync(layout.certificates, { recursive: true, force: true });
  mkdirSync(layout.certificates, { recursive: true, mode: 0o700 });
  return readTokens(layout).get('admin') ?? '';
}

/** Writes a kubeconfig for the person and one for each component; the API server must have made its certificate. */
export function writeKubeconfigs(layout: Layout, server: string): void {
  const authority = readFileSync(layout.certificateAuthority);
  for (const [name, token] of readTokens(layout)) {
    const path =
      name === 'admin' ? layout.kubeconfig : join(layout.secrets, secretFiles.kubeconfigOf(name));
    writePrivate(path, renderKubeconfig({ name: 'codex-k8s-local', server, authority, token }));
  }
}

function readTokens(layout: Layout): Map<(typeof subjects)[number]['name'], string> {
  const lines = readFileSync(join(layout.secrets, secretFiles.tokens), 'utf8').split('\n');
  return new Map(subjects.map(({ name }, index) => [name, lines[index]?.split(',')[0] ?? '']));
}

function writePrivate(path: string, content: string): void {
  writeFileSync(path, content, { mode: 0o600 });
}

function ageOf(path: string): number {
  return existsSync(path) ? Date.now() - statSync(path).mtimeMs : 0;
}
