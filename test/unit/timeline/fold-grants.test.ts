import { describe, expect, it } from 'vitest';
import { type EventBody, GrantId } from '../../../src/protocol/index.ts';
import { foldGrants, NO_GRANTS } from '../../../src/timeline/index.ts';
import { ids, judged, makeEvents, makeGrant, opened } from './event-sample.ts';

const session = ids.session();
const mine = makeGrant(session);
const users = makeGrant('user');
const added: EventBody[] = [
  { type: 'grant/added', grant: mine },
  { type: 'grant/added', grant: users },
];
const byGrant = (grantId: GrantId): EventBody =>
  judged(ids.step(), {
    runId: ids.run(),
    verdict: 'allow',
    category: 'grant',
    grantId,
  });

const CASES: readonly [name: string, bodies: EventBody[], live: [id: string, uses: number][]][] = [
  ['nothing given', [], []],
  [
    'given',
    added,
    [
      [mine.grantId, 1],
      [users.grantId, 1],
    ],
  ],
  [
    'used twice',
    [...added, byGrant(mine.grantId), byGrant(mine.grantId)],
    [
      [mine.grantId, 3],
      [users.grantId, 1],
    ],
  ],
  [
    'another judgement',
    [...added, judged(ids.step(), { runId: ids.run() })],
    [
      [mine.grantId, 1],
      [users.grantId, 1],
    ],
  ],
  [
    'a grant that is not there',
    [...added, byGrant(GrantId.parse('grant-zzzzzzzz'))],
    [
      [mine.grantId, 1],
      [users.grantId, 1],
    ],
  ],
  [
    'revoked',
    [...added, { type: 'grant/ended', grantId: users.grantId, reason: 'revoked', by: 'cli' }],
    [[mine.grantId, 1]],
  ],
  ['session closed', [...added, { type: 'session/closed', reason: 'finished' }], [[users.grantId, 1]]],
  ['session lost', [...added, { type: 'session/lost', engineId: 'engine-1' }], [[users.grantId, 1]]],
];

describe('foldGrants', () => {
  it.each(CASES)('%s', (_name, bodies, live) => {
    const grants = makeEvents(session, [opened(), ...bodies]).reduce(foldGrants, NO_GRANTS);
    expect(grants.live.map(({ grant, uses }) => [grant.grantId, uses])).toEqual(live);
  });

  it('knows when a grant was given and used last', () => {
    const events = makeEvents(session, [opened(), ...added, byGrant(mine.grantId)]);
    expect(events.reduce(foldGrants, NO_GRANTS).live[0]).toMatchObject({ addedAt: 1100, lastUsedAt: 1300 });
  });
});
