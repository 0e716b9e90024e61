export { maskEvent } from './mask-event.ts';
export { createSecretMasker, MASK, maskSecrets, type SecretMasker } from './mask-secrets.ts';
