export { maskEvent } from './mask-event.ts';
export { createSecretMasker, MASK, maskSecrets } from './mask-secrets.ts';
