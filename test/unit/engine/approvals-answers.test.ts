import { describe, expect, test } from 'vitest';
import type { AccessGrant, ApprovalAnswer } from '../../../src/protocol/index.ts';
import { ask, openBroker } from '../../support/open-broker.ts';

const requested: AccessGrant = {
  read: ['/data/in'],
  write: ['/data/out'],
  hosts: [{ host: 'api.example.com', port: 443 }],
  sockets: [],
};
const nothing: AccessGrant = { read: [], write: [], hosts: [], sockets: [] };

const rule = 'prefix_rule(pattern=["rm"], decision="forbidden")';
const always = {
  allow: 'prefix_rule(pattern=["rm", "-rf", "dist"], decision="allow")',
  forbid: rule,
  file: '/rules',
};

describe('partial grants', () => {
  const parts: readonly [name: string, part: Partial<AccessGrant>, result: string][] = [
    ['one path of it', { read: ['/data/in'] }, 'accepted'],
    ['reading what may be written', { read: ['/data/out'] }, 'accepted'],
    ['its host', { hosts: [{ host: 'api.example.com', port: 443 }] }, 'accepted'],
    ['another path', { read: ['/data'] }, 'not-possible'],
    ['a path below that is written with dots', { read: ['/data/in/../../etc'] }, 'not-possible'],
    ['writing what may be read', { write: ['/data/in'] }, 'not-possible'],
    ['its host at every port', { hosts: [{ host: 'api.example.com' }] }, 'not-possible'],
    ['a socket', { sockets: ['/run/docker.sock'] }, 'not-possible'],
    ['nothing', {}, 'not-possible'],
  ];
  test.each(parts)('%s', async (_name, part, result) => {
    const { broker, stored, question } = openBroker();
    const { id, settled } = await ask(broker, question({ kind: 'perm', grant: requested, requested }));
    const granted = { ...nothing, ...part };
    const answer: ApprovalAnswer = { outcome: 'allowed', scope: 'session', granted };
    expect(await broker.answer({ approvalId: id, requestKey: 'a', by: 'x', answer })).toMatchObject({
      result,
    });
    if (result === 'accepted') {
      expect(await settled).toMatchObject({ outcome: 'allowed', access: granted });
      expect(stored.at(-1)).toMatchObject({ type: 'approval/answered', granted });
    } else expect(broker.list()).toHaveLength(1);
  });

  test('one port of a host that was asked for at every port', async () => {
    const { broker, question } = openBroker();
    const whole = { ...nothing, hosts: [{ host: 'api.example.com' }] };
    const { id, settled } = await ask(broker, question({ kind: 'perm', grant: whole, requested: whole }));
    const granted = { ...nothing, hosts: [{ host: 'api.example.com', port: 443 }] };
    const answer: ApprovalAnswer = { outcome: 'allowed', scope: 'session', granted };
    const told = await broker.answer({ approvalId: id, requestKey: 'a', by: 'x', answer });
    expect(told).toMatchObject({ result: 'accepted' });
    expect(await settled).toMatchObject({ access: granted });
  });

  test('only of a request for more access', async () => {
    const { broker, question } = openBroker();
    const { id } = await ask(broker, question({ grant: requested }));
    const answer: ApprovalAnswer = { outcome: 'allowed', scope: 'once', granted: requested };
    const told = await broker.answer({ approvalId: id, requestKey: 'a', by: 'x', answer });
    expect(told).toMatchObject({ result: 'not-possible' });
  });
});

describe('answers for always', () => {
  test('the line is saved before anything follows from the answer', async () => {
    const saving = Promise.withResolvers<{ line: string; file: string }>();
    const { broker, stored, question } = openBroker(() => saving.promise);
    const { id, settled } = await ask(broker, question({ scopes: ['once', 'always'], always }));
    const answer: ApprovalAnswer = { outcome: 'allowed', scope: 'always' };
    const told = broker.answer({ approvalId: id, requestKey: 'a', by: 'x', answer });
    const later = broker.answer({
      approvalId: id,
      requestKey: 'b',
      by: 'y',
      answer: { outcome: 'rejected' },
    });
    await Promise.resolve();
    expect(stored.map(({ type }) => type)).toEqual(['approval/asked']);
    saving.resolve({ line: always.allow, file: '/rules' });
    expect(await told).toMatchObject({ result: 'accepted' });
    expect(await later).toMatchObject({ result: 'already-settled', outcome: 'allowed', by: 'x' });
    expect(await settled).toMatchObject({ outcome: 'allowed' });
    expect(stored.at(-1)).toMatchObject({ scope: 'always', saved: { line: always.allow, file: '/rules' } });
  });

  test('a line that cannot be saved answers nothing; the next answer counts', async () => {
    const { broker, question } = openBroker(() => Promise.reject(new Error('disk full')));
    const { id, settled } = await ask(broker, question({ scopes: ['once', 'always'], always }));
    const answer: ApprovalAnswer = { outcome: 'allowed', scope: 'always' };
    const told = await broker.answer({ approvalId: id, requestKey: 'a', by: 'x', answer });
    expect(told).toMatchObject({ result: 'not-possible', message: expect.stringContaining('disk full') });
    expect(broker.list()).toHaveLength(1);
    await broker.answer({ approvalId: id, requestKey: 'b', by: 'x', answer: { outcome: 'rejected' } });
    expect(await settled).toMatchObject({ outcome: 'rejected', scope: 'once' });
  });

  test('nothing is saved for a question whose asker went meanwhile', async () => {
    const saving = Promise.withResolvers<{ line: string; file: string }>();
    const { broker, question } = openBroker(() => saving.promise);
    const { id, settled } = await ask(broker, question({ scopes: ['once', 'always'], always }));
    const answer: ApprovalAnswer = { outcome: 'allowed', scope: 'always' };
    const told = broker.answer({ approvalId: id, requestKey: 'a', by: 'x', answer });
    const [open] = broker.list();
    if (open) await broker.withdraw(open.approvalId, 'gone');
    saving.resolve({ line: always.allow, file: '/rules' });
    expect(await told).toMatchObject({ result: 'already-settled', outcome: 'withdrawn' });
    expect(await settled).toMatchObject({ outcome: 'withdrawn' });
  });

  test('not offered without a line, and never for what is critical', async () => {
    const { broker, question } = openBroker();
    const answer: ApprovalAnswer = { outcome: 'allowed', scope: 'always' };
    const bare = await ask(broker, question({ scopes: ['once', 'always'] }));
    const told = await broker.answer({ approvalId: bare.id, requestKey: 'a', by: 'x', answer });
    expect(told).toMatchObject({ result: 'scope-not-offered' });
    const risk = { score: 9, level: 'critical' as const, rationale: 'r', evidence: [] };
    const critical = await ask(broker, question({ scopes: ['once', 'always'], always, risk }));
    expect(await broker.answer({ approvalId: critical.id, requestKey: 'b', by: 'x', answer })).toMatchObject({
      result: 'scope-not-offered',
    });
  });
});

describe('rejections that last', () => {
  const cases: readonly [
    scope: 'session' | 'always',
    offered: ('once' | 'session' | 'always')[],
    result: string,
  ][] = [
    ['session', ['once', 'session'], 'accepted'],
    ['always', ['once', 'session', 'always'], 'accepted'],
    ['session', ['once'], 'not-possible'],
    ['always', ['once', 'session'], 'not-possible'],
  ];
  test.each(cases)('for %s, offered %j: %s', async (scope, rejectScopes, result) => {
    const { broker, stored, question } = openBroker();
    const { id, settled } = await ask(broker, question({ rejectScopes, always }));
    const answer: ApprovalAnswer = { outcome: 'rejected', scope };
    expect(await broker.answer({ approvalId: id, requestKey: 'a', by: 'x', answer })).toMatchObject({
      result,
    });
    if (result !== 'accepted') return;
    expect(await settled).toMatchObject({ outcome: 'rejected', scope });
    const saved = scope === 'always' ? { saved: { line: rule, file: '/rules' } } : {};
    expect(stored.at(-1)).toMatchObject({ outcome: 'rejected', scope, ...saved });
  });
});

describe('edited answers', () => {
  test('settle the question with the text, which is in the history', async () => {
    const { broker, stored, question } = openBroker();
    const { id, settled } = await ask(broker, question({ isEditable: true }));
    const answer: ApprovalAnswer = { outcome: 'edited', text: 'rm -rf build' };
    await broker.answer({ approvalId: id, requestKey: 'a', by: 'x', answer });
    expect(await settled).toEqual({ outcome: 'edited', approvalId: id, by: 'x', text: 'rm -rf build' });
    expect(stored.at(-1)).toMatchObject({ outcome: 'edited', editedText: 'rm -rf build' });
  });

  const refused: readonly [name: string, isEditable: boolean, text: string][] = [
    ['where it cannot be edited', false, 'rm -rf build'],
    ['with a NUL character', true, 'rm\0'],
    ['with nothing in it', true, '  \n'],
    ['that the shell would not understand', true, 'rm "build'],
  ];
  test.each(refused)('are not taken %s', async (_name, isEditable, text) => {
    const { broker, question } = openBroker();
    const { id } = await ask(broker, question({ isEditable }));
    const answer: ApprovalAnswer = { outcome: 'edited', text };
    const told = await broker.answer({ approvalId: id, requestKey: 'a', by: 'x', answer });
    expect(told).toMatchObject({ result: 'not-possible' });
    expect(broker.list()).toHaveLength(1);
  });
});
