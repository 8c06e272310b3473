export { startControlPlane, type ControlPlane, type StartControlPlaneOptions } from './start.ts';
export {
  readControlPlaneStatus,
  readKubeconfigOf,
  type ComponentStatus,
  type ControlPlaneStatus,
} from './status.ts';
export { stopControlPlane, type Stopped } from './stop.ts';
