export {
  buildPortal,
  portalIsCurrent,
  type BuiltPortal,
  type BuildPortalOptions,
} from './build-portal.ts';
