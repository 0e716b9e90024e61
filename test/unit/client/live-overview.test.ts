import { expect, test } from 'vitest';
import { Heartbeat } from '../../../src/client/heartbeat.ts';
import { startLive } from './start-live.ts';

test('the first view is what the engine has, and then follows it', async () => {
  const { clock, engine, view } = startLive(1, (double) => {
    double.ask(double.open({ title: 'first' }));
  });
  expect(view().connection).toEqual({ state: 'connecting' });
  await clock.pass(100);
  expect(view().connection).toEqual({ state: 'ready' });
  expect(view().about?.wall).toBe('bubblewrap');
  expect(view().sessions.map(({ title }) => title)).toEqual(['first']);
  expect(view().approvals).toHaveLength(1);

  await clock.pass(1000);
  const second = engine.open({ title: 'second' });
  const approval = engine.ask(second);
  await clock.pass(20);
  expect(view().sessions.map(({ title }) => title)).toEqual(['second', 'first']);
  expect(view().approvals.at(-1)).toEqual(approval);

  engine.settle(approval.approvalId, { outcome: 'rejected', by: 'terminal', feedback: 'no' });
  await clock.pass(20);
  expect(view().approvals).toHaveLength(1);
  expect(view().settled).toEqual([
    expect.objectContaining({ outcome: 'rejected', feedback: 'no', approval }),
  ]);
});

test('an engine that is gone is tried again, ever more seldom, and everything is taken anew', async () => {
  const { clock, engine, view } = startLive(2, (double) => double.open());
  await clock.pass(100);
  const [session] = view().sessions;
  if (session === undefined) throw new Error('no session');
  const seen = engine.ask(session.sessionId);
  await clock.pass(20);
  expect(view().approvals).toEqual([seen]);

  const lostAt = clock.nowMs();
  engine.isDown = true;
  engine.drop();
  await clock.pass(0);
  expect(view().connection).toMatchObject({ state: 'lost', since: lostAt, attempt: 1, wasReady: true });
  // what was known stays to be seen
  expect(view().approvals).toEqual([seen]);
  engine.settle(seen.approvalId, { outcome: 'rejected' });
  const other = engine.ask(session.sessionId);

  const pauses: number[] = [];
  let attempt = 0;
  for (let passed = 0; passed < 60_000; passed += 50) {
    await clock.pass(50);
    const { connection } = view();
    if (connection.state !== 'lost' || connection.attempt === attempt) continue;
    attempt = connection.attempt;
    pauses.push(connection.retryAt - clock.nowMs());
    expect(connection.since).toBe(lostAt);
  }
  expect(Math.max(...pauses)).toBeLessThanOrEqual(5000);
  expect(Math.max(...pauses)).toBeGreaterThan(2000);
  expect(pauses.length).toBeLessThan(40);

  engine.isDown = false;
  await clock.pass(6000);
  expect(view().connection).toEqual({ state: 'ready' });
  expect(view().approvals).toEqual([other]);
  expect(view().settled).toEqual([
    expect.objectContaining({ approvalId: seen.approvalId, outcome: 'rejected' }),
  ]);
});

test('a person may try at once', async () => {
  const { clock, engine, view, actions } = startLive(3, (double) => {
    double.isDown = true;
  });
  await clock.pass(10_000);
  expect(view().connection).toMatchObject({ state: 'lost', wasReady: false });
  await expect(actions.startDemo()).rejects.toMatchObject({ kind: 'peer', code: 'not-connected' });
  const { connection } = view();
  const left = connection.state === 'lost' ? connection.retryAt - clock.nowMs() : 0;
  expect(left).toBeGreaterThan(100);
  engine.isDown = false;
  actions.retryNow();
  actions.retryNow();
  await clock.pass(60);
  expect(view().connection).toEqual({ state: 'ready' });
  expect(engine.connections).toBe(1);
});

test('a page that is signed out, or of another version, does not try again by itself', async () => {
  const signedOut = startLive(4, (double) => {
    double.isSignedOut = true;
  });
  await signedOut.clock.pass(30_000);
  expect(signedOut.view().connection).toMatchObject({ state: 'refused', reason: 'signed-out' });
  expect(signedOut.clock.waiting).toBe(0);
  signedOut.engine.isSignedOut = false;
  signedOut.actions.retryNow();
  await signedOut.clock.pass(100);
  expect(signedOut.view().connection).toEqual({ state: 'ready' });

  for (const [protocolVersion, word] of [
    [0, 'older'],
    [2, 'newer'],
  ] as const) {
    const other = startLive(5, (double) => {
      double.protocolVersion = protocolVersion;
    });
    await other.clock.pass(30_000);
    expect(other.view().connection).toMatchObject({ state: 'refused', reason: 'version' });
    expect(JSON.stringify(other.view().connection)).toContain(word);
    expect(other.engine.connections).toBe(0);
    expect(other.clock.waiting).toBe(0);
  }
});

test('an engine that says nothing is given up after a while', async () => {
  const { clock, engine, view } = startLive(6, (double) => {
    const { connect } = double;
    let count = 0;
    double.connect = async () => {
      count += 1;
      const pipe = await connect();
      return count > 1 ? pipe : { ...pipe, send: () => undefined };
    };
  });
  await clock.pass(14_000);
  expect(view().connection).toEqual({ state: 'connecting' });
  await clock.pass(3000);
  expect(view().connection).toEqual({ state: 'ready' });
  expect(engine.connections).toBe(1);
});

test('an engine that is there and says nothing any more is lost after ten seconds', async () => {
  const { clock, engine, view } = startLive(11, (double) => double.open());
  await clock.pass(100);
  const asked = (): number => engine.callsOf('engine/hello').length;
  expect(asked()).toBe(1);
  await clock.pass(60_000);
  // one that has nothing to tell is asked, and answers
  expect(view().connection).toEqual({ state: 'ready' });
  expect(asked()).toBeGreaterThanOrEqual(11);
  expect(asked()).toBeLessThanOrEqual(13);

  const [session] = view().sessions;
  if (session === undefined) throw new Error('no session');
  const before = asked();
  for (let second = 0; second < 20; second += 1) {
    engine.touch(session.sessionId, { activity: String(second) });
    await clock.pass(1000);
  }
  // who is heard is not asked
  expect(asked() - before).toBeLessThanOrEqual(1);

  engine.isSilent = true;
  const silentSince = clock.nowMs();
  await clock.pass(8900);
  expect(view().connection).toEqual({ state: 'ready' });
  await clock.pass(1200);
  expect(view().connection).toMatchObject({ state: 'lost', wasReady: true });
  expect(clock.nowMs() - silentSince).toBeLessThanOrEqual(10_200);
  // the old connection is given up, so that no late word of it counts
  await clock.pass(40_000);
  expect(engine.connections).toBeLessThanOrEqual(1);
  engine.isSilent = false;
  await clock.pass(20_000);
  expect(view().connection).toEqual({ state: 'ready' });
});

test('a machine that slept asks once before it gives the engine up', async () => {
  let asleepMs = 0;
  const late: (() => void)[] = [];
  let now = 1_000_000;
  const told: string[] = [];
  const beat = new Heartbeat({
    nowMs: () => now + asleepMs,
    setTimer: (callback) => {
      late.push(callback);
      return () => undefined;
    },
    ask: () => told.push('ask'),
    onSilence: () => told.push('silence'),
  });
  const run = (afterMs: number): void => {
    now += afterMs;
    const callbacks = late.splice(0);
    expect(callbacks).toHaveLength(1);
    for (const callback of callbacks) callback();
  };
  beat.start();
  run(5000);
  expect(told).toEqual(['ask']);
  asleepMs = 3_600_000;
  run(5000);
  expect(told).toEqual(['ask', 'ask']);
  beat.heard();
  // the hour is no reason for more than one timer, nor for a burst of questions
  run(5000);
  expect(told).toEqual(['ask', 'ask', 'ask']);
  run(5000);
  expect(told).toEqual(['ask', 'ask', 'ask', 'silence']);
  expect(late).toEqual([]);
});

test('a message of another shape makes it ask again, at most once a second', async () => {
  const { clock, engine, view } = startLive(7);
  await clock.pass(100);
  const asked = (): number => engine.callsOf('overview/watch').length;
  expect(asked()).toBe(1);
  // the truth changed, and what told of it was damaged
  const sessionId = engine.ids.session();
  engine.rows.set(sessionId, []);
  engine.heads.set(sessionId, {
    ...{ sessionId, title: 'unheard', origin: 'exec', agentName: 'bash', workspace: '/w', state: 'open' },
    ...{ isPaused: false, isWorking: true, openedAt: 1, lastAt: 1, sandboxMode: 'read-only', lastSeq: 1 },
    ...{ approvalPolicy: 'never', activity: '', outcome: 'none', openApprovals: 0 },
  });
  for (const line of ['{', '[]', '{"jsonrpc":"2.0","method":"overview/changed","params":{"sessions":7}}']) {
    engine.sendRaw(line);
  }
  for (let count = 0; count < 100; count += 1) {
    engine.sendRaw('{"jsonrpc":"2.0","method":"from/the-future","params":{}}');
    await clock.pass(20);
  }
  expect(view().connection).toEqual({ state: 'ready' });
  expect(view().sessions.map(({ title }) => title)).toEqual(['unheard']);
  expect(asked()).toBeLessThanOrEqual(5);
});

test('grants follow, read at most four times a second', async () => {
  const { clock, engine, view } = startLive(8);
  await clock.pass(100);
  const sessionId = engine.open();
  engine.grants.push({
    ...{ grantId: engine.ids.grant(), holder: sessionId, kind: 'command', scope: 'session', uses: 0 },
    source: { approvalId: engine.ids.approval('cmd'), by: 'you' },
  });
  for (let count = 0; count < 100; count += 1) {
    engine.touch(sessionId, { activity: String(count) });
    await clock.pass(10);
  }
  await clock.pass(600);
  expect(view().grants).toEqual(engine.grants);
  expect(engine.callsOf('grant/list').length).toBeLessThanOrEqual(8);
  expect(view().sessions[0]?.activity).toBe('99');
});

test('what was settled is remembered up to a bound', async () => {
  const { clock, engine, view } = startLive(9);
  await clock.pass(100);
  const sessionId = engine.open();
  for (let count = 0; count < 260; count += 1) engine.settle(engine.ask(sessionId).approvalId);
  const last = engine.ask(sessionId);
  engine.settle(last.approvalId);
  await clock.pass(100);
  expect(view().settled).toHaveLength(200);
  expect(view().settled[0]?.approval).toEqual(last);
});

test('an end leaves nothing behind', async () => {
  const { clock, engine, live, actions, view } = startLive(10, (double) => double.open());
  await clock.pass(100);
  actions.watch(view().sessions[0]?.sessionId);
  await clock.pass(50);
  live.end();
  await clock.pass(10_000);
  expect(engine.connections).toBe(0);
  expect(clock.waiting).toBe(0);
});
