import { MainPath } from './0001-main-path.ts';

/** Every migration in the order of application; a released one is never changed. */
export const migrations = [{ name: '0001-main-path', class: MainPath }] as const;
