export {
  startTestRegistry,
  type RegistryAccess,
  type TestRegistry,
  type TestRegistryOptions,
} from './oci-registry.ts';
