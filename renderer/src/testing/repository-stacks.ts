import { fileURLToPath } from 'node:url';

/** A stack of this repository in one of its environments, as the golden files hold it. */
export interface RepositoryStack {
  /** Directory of the stack, relative to the repository. */
  directory: string;
  environment: string;
  slot?: number;
  namespace: string;
  /** Rendered through helm and kustomize: they have to be installed. */
  needsPrograms?: boolean;
}

/** The root of this repository. */
export const repositoryRoot = fileURLToPath(new URL('../../..', import.meta.url));

/** Every example, the platform itself and what no example has, in every environment. */
export const repositoryStacks: readonly RepositoryStack[] = [
  { directory: 'examples/shop', environment: 'dev', namespace: 'shop-dev' },
  { directory: 'examples/shop', environment: 'production', namespace: 'shop-production' },
  {
    directory: 'examples/project-example',
    environment: 'dev',
    namespace: 'project-example-dev',
  },
  {
    directory: 'examples/project-example',
    environment: 'staging',
    namespace: 'project-example-staging',
  },
  {
    directory: 'examples/project-example',
    environment: 'production',
    namespace: 'project-example-production',
  },
  {
    directory: 'examples/project-example',
    environment: 'ai',
    slot: 2,
    namespace: 'project-example-dev-2',
  },
  {
    directory: 'examples/brought-along',
    environment: 'dev',
    namespace: 'brought-along-dev',
    needsPrograms: true,
  },
  {
    directory: 'examples/brought-along',
    environment: 'production',
    namespace: 'brought-along-production',
    needsPrograms: true,
  },
  ...['dev', 'staging', 'production'].map((environment) => ({
    directory: 'renderer/testdata/stacks/code-updates',
    environment,
    namespace: `code-updates-${environment}`,
  })),
  { directory: '.', environment: 'dev', namespace: 'codex-k8s-dev' },
  { directory: '.', environment: 'staging', namespace: 'codex-k8s-staging' },
  { directory: '.', environment: 'production', namespace: 'codex-k8s-prod' },
  { directory: '.', environment: 'ai', slot: 7, namespace: 'codex-k8s-dev-7' },
];

/** Name of a stack in titles and file names. */
export function nameOf({ directory, environment, slot }: RepositoryStack): string {
  const stack = directory === '.' ? 'platform' : directory.replace(/^.*\//, '');
  return `${stack}/${environment}${slot === undefined ? '' : `-${slot}`}`;
}
