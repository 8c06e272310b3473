export { runCodes } from './codes.ts';
export { loadRenderTarget, repositoryRef } from './environment.ts';
export type { EnvironmentSource, OpenRun, RenderTarget, RepositoryRow } from './environment.ts';
export { handleRender } from './handle-render.ts';
export { recordRetry } from './retry.ts';
export type { RenderWork } from './handle-render.ts';
