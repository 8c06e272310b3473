export { CredentialsError, parseDockerConfig, type CredentialSource } from './credentials.ts';
export { createHttpRegistry, type HttpRegistryOptions } from './http-registry.ts';
export { RegistryError, type RegistryClient, type RegistryFailure } from './registry-client.ts';
