import { describe, expect, it } from 'vitest';
import { Approval, type EventBody } from '../../../src/protocol/index.ts';
import { EMPTY_INBOX, foldInbox } from '../../../src/timeline/index.ts';
import { asked, ids, makeEvents, opened } from './event-sample.ts';

const sessionA = ids.session();
const sessionB = ids.session();
const first = asked(ids.step(), ids.run(), 'rm -rf dist');
const second = asked(ids.step(), ids.run(), 'npm install');
const other = asked(ids.step(), ids.run(), 'git push');

const answer = (outcome: 'allowed' | 'rejected'): EventBody => ({
  type: 'approval/answered',
  approvalId: first.approvalId,
  outcome,
  by: 'cli',
  requestKey: 'k',
});

const CASES: readonly [name: string, eventsOfA: EventBody[], open: string[]][] = [
  ['nothing asked', [], ['git push']],
  ['asked', [first, second], ['git push', 'rm -rf dist', 'npm install']],
  ['allowed', [first, second, answer('allowed')], ['git push', 'npm install']],
  ['rejected', [first, second, answer('rejected')], ['git push', 'npm install']],
  [
    'withdrawn',
    [first, { type: 'approval/withdrawn', approvalId: first.approvalId, reason: 'gone' }],
    ['git push'],
  ],
  ['expired', [first, { type: 'approval/expired', approvalId: first.approvalId }], ['git push']],
  ['answered twice', [first, second, answer('allowed'), answer('rejected')], ['git push', 'npm install']],
  ['session closed', [first, second, { type: 'session/closed', reason: 'finished' }], ['git push']],
  ['session lost', [first, { type: 'session/lost', engineId: 'engine-1' }], ['git push']],
];

describe('foldInbox', () => {
  it.each(CASES)('%s', (_name, bodies, open) => {
    const events = [
      ...makeEvents(sessionB, [opened(), other]),
      ...makeEvents(sessionA, [opened(), ...bodies]),
    ];
    const inbox = events.reduce(foldInbox, EMPTY_INBOX);
    expect(inbox.open.map((approval) => approval.text)).toEqual(open);
    for (const approval of inbox.open) expect(Approval.parse(approval)).toEqual(approval);
    expect(inbox.open[0]?.sessionId).toBe(sessionB);
  });

  it('stays the same object when nothing in it changes', () => {
    const [event] = makeEvents(sessionA, [opened()]);
    const inbox = makeEvents(sessionA, [first]).reduce(foldInbox, EMPTY_INBOX);
    expect(event && foldInbox(inbox, event)).toBe(inbox);
  });
});
