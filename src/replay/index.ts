export { createSecretMasker, MASK, maskSecrets, type SecretMasker } from './mask-secrets.ts';
