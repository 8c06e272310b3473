/** One cluster, one user, one context of the same name. */
export interface KubeconfigValues {
  name: string;
  server: string;
  /** PEM certificates that sign the server's. */
  authority: Buffer;
  token: string;
}

/** A self-contained kubeconfig as YAML. */
export function renderKubeconfig({ name, server, authority, token }: KubeconfigValues): string {
  return `apiVersion: v1
kind: Config
clusters:
  - name: ${name}
    cluster:
      server: ${server}
      certificate-authority-data: ${authority.toString('base64')}
users:
  - name: ${name}
    user:
      token: ${token}
contexts:
  - name: ${name}
    context:
      cluster: ${name}
      user: ${name}
current-context: ${name}
`;
}
