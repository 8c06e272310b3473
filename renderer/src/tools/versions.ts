/** A program that the renderer can use, and how its exact version is known wherever it comes from. */
export interface ToolRelease {
  version: string;
  /** The publisher's archive and its checksums, below the publisher's origin or a mirror of it. */
  release: {
    origin: string;
    archive(target: Target): string;
    /** A file with the SHA-256 of the archive: `<digest>  <file name>`, a line per file. */
    checksums(target: Target): string;
    /** Path of the program inside the archive. */
    member(target: Target): string;
  };
  /** The same version as a Go module. */
  module: {
    path: string;
    /** Package of the program, relative to the module. */
    package: string;
    /** What the checksum database of Go says of the module's source, as in go.sum. */
    sum: string;
    /** Linker settings that tell the program its version. */
    set: Readonly<Record<string, string>>;
  };
  /** Arguments with which the program prints its version, and nothing else. */
  versionArguments: readonly string[];
}

/** Go's names for a machine. */
export interface Target {
  os: string;
  arch: string;
}

/**
 * The pinned programs: this table is all there is to change for another version. What they print is
 * part of what `rendering: 1` yields, so a new version is a change that people review.
 */
export const tools = {
  helm: {
    version: '3.22.0',
    release: {
      origin: 'https://get.helm.sh',
      archive: ({ os, arch }) => `helm-v3.22.0-${os}-${arch}.tar.gz`,
      checksums: ({ os, arch }) => `helm-v3.22.0-${os}-${arch}.tar.gz.sha256sum`,
      member: ({ os, arch }) => `${os}-${arch}/helm`,
    },
    module: {
      path: 'helm.sh/helm/v3',
      package: 'cmd/helm',
      sum: 'h1:n1if5iQgHYsujPAcO5oonH/KiSNUmqmUF0iGVjSF3AU=',
      set: { 'helm.sh/helm/v3/internal/version.version': 'v3.22.0' },
    },
    versionArguments: ['version', '--template', '{{ .Version }}'],
  },
  kustomize: {
    version: '5.8.2',
    release: {
      origin: 'https://github.com',
      archive: ({ os, arch }) =>
        `kubernetes-sigs/kustomize/releases/download/kustomize%2Fv5.8.2/kustomize_v5.8.2_${os}_${arch}.tar.gz`,
      checksums: () =>
        'kubernetes-sigs/kustomize/releases/download/kustomize%2Fv5.8.2/checksums.txt',
      member: () => 'kustomize',
    },
    module: {
      path: 'sigs.k8s.io/kustomize/kustomize/v5',
      package: '.',
      sum: 'h1:sSNeWwgkdSMGCIavtY63JQMgBJkGv3IwOltWVZy+LFQ=',
      set: {},
    },
    versionArguments: ['version'],
  },
} as const satisfies Record<string, ToolRelease>;

export type ToolName = keyof typeof tools;

/** All of them, in the order of the table. */
export const toolNames: readonly ToolName[] = ['helm', 'kustomize'];

/** The machine this runs on. */
export function currentTarget(): Target {
  return {
    os: process.platform === 'win32' ? 'windows' : process.platform,
    arch: process.arch === 'x64' ? 'amd64' : process.arch,
  };
}

/** Names one program in a tools directory: its version and the machine. */
export function toolKey(name: ToolName, target: Target = currentTarget()): string {
  return `${name}-${tools[name].version}-${target.os}-${target.arch}`;
}

/** All versions in one line: `helm 3.22.0, kustomize 5.8.2`. */
export function describeVersions(): string {
  return toolNames.map((name) => `${name} ${tools[name].version}`).join(', ');
}
