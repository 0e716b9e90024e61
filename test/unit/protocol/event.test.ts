import { describe, expect, it } from 'vitest';
import {
  ConfigSnapshot,
  Event,
  EventBody,
  Fault,
  OutputNotice,
  riskLevelOf,
  toFault,
} from '../../../src/protocol/index.ts';
import samples from '../../cases/protocol/events.json' with { type: 'json' };

describe('events', () => {
  it('have a sample of every type', () => {
    const types = EventBody.options.map((option) => option.shape.type.value as string);
    expect([...new Set(samples.map((sample) => sample.type))].sort()).toEqual(types.sort());
  });

  it.each(samples.map((sample) => [sample.type, sample] as const))(
    '%s survives being written and read',
    (_type, sample) => {
      const parsed = Event.parse(sample);
      expect(parsed).toEqual(sample);
      expect(Event.parse(JSON.parse(JSON.stringify(parsed)))).toEqual(sample);
    },
  );

  it.each(samples.map((sample) => [sample.type, sample] as const))(
    '%s is refused when a needed field is missing',
    (_type, sample) => {
      const withoutHead = Object.entries(sample).filter(([name]) => name !== 'seq');
      expect(Event.safeParse(Object.fromEntries(withoutHead)).success).toBe(false);
      const needed = Object.keys(sample).filter((name) => {
        const less = Object.fromEntries(Object.entries(sample).filter(([other]) => other !== name));
        return !Event.safeParse(less).success;
      });
      expect(needed).toEqual(expect.arrayContaining(['seq', 'at', 'sessionId', 'type']));
    },
  );

  it.each([
    ['an unknown type', { type: 'step/forgotten' }],
    ['a number below 1', { seq: 0 }],
    ['a number that is none', { seq: 1.5 }],
    ['a session that is none', { sessionId: 'x' }],
  ])('are refused with %s', (_name, change) => {
    expect(Event.safeParse({ ...samples[0], ...change }).success).toBe(false);
  });

  it('do not take a wall that does not exist, a port above 65535 or a verdict that is none', () => {
    const network = samples.find((sample) => sample.type === 'network/judged');
    expect(Event.safeParse({ ...network, port: 65536 }).success).toBe(false);
    expect(Event.safeParse({ ...network, verdict: 'deny' }).success).toBe(false);
    const started = samples.find((sample) => sample.type === 'step/started' && 'access' in sample);
    const access = { ...(started as { access: object }).access, wall: 'paper' };
    expect(Event.safeParse({ ...started, access }).success).toBe(false);
  });
});

describe('shapes beside the events', () => {
  it('output notices are none of them', () => {
    const { sessionId } = Event.parse(samples[0]);
    const notice = {
      type: 'output',
      sessionId,
      runId: 'run-0123456789',
      stream: 'stdout',
      offset: 0,
      text: 'x',
    };
    expect(OutputNotice.parse(notice)).toEqual(notice);
    expect(Event.safeParse({ seq: 1, at: 1, ...notice }).success).toBe(false);
  });

  const LATER = new Set([
    'network',
    'limits',
    'profile',
    'rules',
    'approvalsReviewer',
    'trustedMcpServers',
    'skillFolders',
    'ignored',
  ]);

  it('a snapshot lacks nothing', () => {
    const taken = samples.find((sample) => sample.type === 'config/snapshot') as {
      content: Record<string, unknown>;
    };
    for (const name of Object.keys(taken.content)) {
      const { [name]: _left, ...less } = taken.content;
      // Older histories have snapshots from before there were these.
      const isLater = LATER.has(name);
      expect(ConfigSnapshot.safeParse(less).success, name).toBe(isLater);
    }
  });

  it('risk levels have their borders', () => {
    expect([0, 2, 3, 5, 6, 8, 9, 10].map(riskLevelOf)).toEqual([
      ...['low', 'low', 'medium', 'medium'],
      ...['high', 'high', 'critical', 'critical'],
    ]);
  });

  it('anything thrown becomes a fault, and a fault stays itself', () => {
    const fault = new Fault({ kind: 'user', code: 'x', message: 'm', hint: 'h' });
    expect(toFault(fault)).toBe(fault);
    expect(toFault(new Error('boom'))).toMatchObject({ kind: 'bug', message: 'boom' });
    expect(toFault('text')).toMatchObject({ kind: 'bug', message: 'text', hint: undefined });
  });
});
