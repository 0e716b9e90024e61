import { z } from './zod.ts';

/** Lower-case Crockford base32: no i, l, o, u, so that an id can be read aloud and typed. */
const CROCKFORD = '0123456789abcdefghjkmnpqrstvwxyz';

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

export const ApprovalKind = z.enum(['cmd', 'edit', 'net', 'mcp', 'perm', 'skill', 'agent']);
export type ApprovalKind = z.infer<typeof ApprovalKind>;

export const SessionId = z.string().regex(UUID_V7).brand<'SessionId'>();
export type SessionId = z.infer<typeof SessionId>;
export const TurnId = z.string().regex(UUID_V7).brand<'TurnId'>();
export type TurnId = z.infer<typeof TurnId>;
/** A place in a script. */
export const StepId = z
  .string()
  .regex(/^step-[0-9a-hjkmnp-tv-z]{10}$/)
  .brand<'StepId'>();
export type StepId = z.infer<typeof StepId>;
/** One execution of a step. */
export const RunId = z
  .string()
  .regex(/^run-[0-9a-hjkmnp-tv-z]{10}$/)
  .brand<'RunId'>();
export type RunId = z.infer<typeof RunId>;
/** One question to a person, e.g. `cmd-7k3q9d2e`; unique in the history. */
export const ApprovalId = z
  .string()
  .regex(/^(cmd|edit|net|mcp|perm|skill|agent)-[0-9a-hjkmnp-tv-z]{8}$/)
  .brand<'ApprovalId'>();
export type ApprovalId = z.infer<typeof ApprovalId>;
export const GrantId = z
  .string()
  .regex(/^grant-[0-9a-hjkmnp-tv-z]{8}$/)
  .brand<'GrantId'>();
export type GrantId = z.infer<typeof GrantId>;
export const ReviewId = z
  .string()
  .regex(/^review-[0-9a-hjkmnp-tv-z]{8}$/)
  .brand<'ReviewId'>();
export type ReviewId = z.infer<typeof ReviewId>;

/** Cryptographically random bytes; pure rooms are handed it. */
export type RandomBytes = (count: number) => Uint8Array;

function crockford(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += CROCKFORD.charAt(byte & 31);
  return text;
}

function hex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0');
  return text;
}

/** UUID version 7 (RFC 9562): 48 bits of epoch milliseconds, then random bits. */
function uuidV7(atMs: number, randomBytes: RandomBytes): string {
  const bytes = randomBytes(16);
  let rest = Math.floor(atMs);
  for (let i = 5; i >= 0; i--) {
    bytes[i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  const text = hex(bytes);
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join(
    '-',
  );
}

/** Makes every kind of id from a clock and a source of randomness. */
export interface IdMaker {
  session(): SessionId;
  turn(): TurnId;
  step(): StepId;
  run(): RunId;
  approval(kind: ApprovalKind): ApprovalId;
  grant(): GrantId;
  review(): ReviewId;
}

/** Makes fresh ids from the clock and from randomness; `randomBytes` must not be guessable. */
export function createIdMaker(nowMs: () => number, randomBytes: RandomBytes): IdMaker {
  return {
    session: () => SessionId.parse(uuidV7(nowMs(), randomBytes)),
    turn: () => TurnId.parse(uuidV7(nowMs(), randomBytes)),
    step: () => StepId.parse(`step-${crockford(randomBytes(10))}`),
    run: () => RunId.parse(`run-${crockford(randomBytes(10))}`),
    approval: (kind) => ApprovalId.parse(`${kind}-${crockford(randomBytes(8))}`),
    grant: () => GrantId.parse(`grant-${crockford(randomBytes(8))}`),
    review: () => ReviewId.parse(`review-${crockford(randomBytes(8))}`),
  };
}
