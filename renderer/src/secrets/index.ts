export { checkSecrets } from './check-secrets.ts';
export { declareSecrets, type DeclaredSecret } from './declared-secrets.ts';
export { podSecretReferences, secretReferences } from './secret-references.ts';
export { createSecretResolver, type SecretResolver } from './secret-resolver.ts';
