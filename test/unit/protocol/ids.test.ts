import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  ApprovalId,
  ApprovalKind,
  createIdMaker,
  GrantId,
  ReviewId,
  RunId,
  SessionId,
  StepId,
  TurnId,
} from '../../../src/protocol/index.ts';

const AT_MS = 1_763_807_400_123;
const ids = createIdMaker(
  () => AT_MS,
  (count) => randomBytes(count),
);

describe('ids', () => {
  it.each([
    ['session', () => ids.session(), SessionId, /^[0-9a-f-]{36}$/],
    ['turn', () => ids.turn(), TurnId, /^[0-9a-f-]{36}$/],
    ['step', () => ids.step(), StepId, /^step-[0-9a-z]{10}$/],
    ['run', () => ids.run(), RunId, /^run-[0-9a-z]{10}$/],
    ['grant', () => ids.grant(), GrantId, /^grant-[0-9a-z]{8}$/],
    ['review', () => ids.review(), ReviewId, /^review-[0-9a-z]{8}$/],
    ...ApprovalKind.options.map(
      (kind) => [kind, () => ids.approval(kind), ApprovalId, new RegExp(`^${kind}-[0-9a-z]{8}$`)] as const,
    ),
  ] as const)(
    '%s: has its shape, avoids i, l, o and u, and never comes twice',
    (_kind, make, schema, shape) => {
      const made = Array.from({ length: 2000 }, () => String(make()));
      expect(new Set(made).size).toBe(made.length);
      for (const id of made) {
        expect(id).toMatch(shape);
        expect(id.slice(id.indexOf('-'))).not.toMatch(/[ilou]/);
        expect(schema.safeParse(id).success).toBe(true);
      }
    },
  );

  it('uses every letter of the alphabet in every place', () => {
    const tails = Array.from({ length: 3000 }, () => ids.approval('cmd').slice(4));
    for (let place = 0; place < 8; place++) {
      expect(new Set(tails.map((tail) => tail[place])).size).toBe(32);
    }
  });

  it('sessions are UUIDs of version 7 that begin with their time, so that they sort by it', () => {
    const id = ids.session();
    expect(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(AT_MS);
    expect([id[14], '89ab'.includes(id[19] ?? '')]).toEqual(['7', true]);
    const later = createIdMaker(
      () => AT_MS + 1,
      (count) => new Uint8Array(count),
    ).session();
    const earlier = createIdMaker(
      () => AT_MS,
      (count) => new Uint8Array(count).fill(255),
    ).session();
    expect([later, earlier].sort()).toEqual([earlier, later]);
  });

  it.each([
    [ApprovalId, 'cmd-7k3q9d2'],
    [ApprovalId, 'cmd-7k3q9d2el'],
    [ApprovalId, 'cmd-7k3q9d2l'],
    [ApprovalId, 'CMD-7k3q9d2e'],
    [ApprovalId, 'foo-7k3q9d2e'],
    [ApprovalId, 'cmd-7k3q9d2e\n'],
    [StepId, 'run-0123456789'],
    [RunId, 'run-012345678'],
    [SessionId, '01900000-0000-4000-8000-000000000001'],
    [SessionId, '01900000-0000-7000-8000-00000000000G'],
    [SessionId, '01900000-0000-7000-8000-000000000001\n'],
  ])('refuses what is none: %#', (schema, text) => {
    expect(schema.safeParse(text).success).toBe(false);
  });
});
