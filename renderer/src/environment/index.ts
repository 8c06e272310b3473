export { secondsOf } from './duration.ts';
export { resolveSettings, type EnvironmentSettings } from './settings.ts';
