import type { Event } from '../protocol/index.ts';
import { maskSecrets } from './mask-secrets.ts';

/** Values by which programs tell events apart; they are never secrets. */
const PLAIN_KEYS = new Set([
  'type',
  'sessionId',
  'engineId',
  'turnId',
  'stepId',
  'runId',
  'approvalId',
  'grantId',
  'digest',
]);

/**
 * A copy of an event for lists, notices and exports: every text in it is masked. The history itself keeps events
 * exactly as they were, so that its hashes hold.
 */
export function maskEvent(event: Event, secrets: readonly string[] = []): Event {
  return JSON.parse(JSON.stringify(event), (key, value: unknown) =>
    typeof value === 'string' && !PLAIN_KEYS.has(key) ? maskSecrets(value, secrets) : value,
  ) as Event;
}
