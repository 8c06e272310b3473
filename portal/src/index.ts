export {
  buildPortal,
  portalIsCurrent,
  type BuiltPortal,
  type BuildPortalOptions,
} from './build/index.ts';
