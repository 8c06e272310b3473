export {
  sharedControlPlane,
  startTestControlPlane,
  type SharedControlPlane,
} from './control-plane.ts';
