import { homedir } from 'node:os';
import { join } from 'node:path';

/** What the environment says about binaries; everything else of this package takes it as options. */
export interface BootstrapConfig {
  /** Where built and downloaded programs are kept between runs, outside any repository. */
  cacheDirectory: string;
  /** `KUBEBUILDER_ASSETS`: a folder with etcd and kube-apiserver (the envtest convention). */
  assetsDirectory?: string;
  /** `CODEXK8S_DOWNLOAD_BASE_URL`: a mirror that replaces every publisher's origin. */
  downloadBaseUrl?: string;
  /** Variables for child tools such as Go. */
  toolEnvironment: Record<string, string>;
}

/** Reads the environment; the only place of this package that does. */
export function readBootstrapConfig(
  environment: Record<string, string | undefined> = process.env,
): BootstrapConfig {
  const cacheHome =
    environment['XDG_CACHE_HOME'] || join(environment['HOME'] || homedir(), '.cache');
  const assets = environment['KUBEBUILDER_ASSETS'];
  const mirror = environment['CODEXK8S_DOWNLOAD_BASE_URL'];
  return {
    cacheDirectory: join(cacheHome, 'codex-k8s'),
    ...(assets ? { assetsDirectory: assets } : {}),
    ...(mirror ? { downloadBaseUrl: mirror } : {}),
    toolEnvironment: Object.fromEntries(
      Object.entries(environment).filter(
        (entry): entry is [string, string] => entry[1] !== undefined,
      ),
    ),
  };
}
