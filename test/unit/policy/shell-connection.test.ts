import { describe, expect, it } from 'vitest';
import { isHarmless, judgeStep, listEffects, namedPaths } from '../../../src/policy/index.ts';
import { makeFacts, makeSnapshot, makeSteps } from './judge-fixture.ts';

function judge(script: string, approvalPolicy: 'on-request' | 'never' = 'on-request') {
  const [step] = makeSteps(script);
  if (step === undefined) throw new Error('no step');
  const snapshot = makeSnapshot({ approvalPolicy });
  const facts = makeFacts(step);
  return {
    paths: namedPaths(step).map(({ text }) => text),
    effects: step.redirects.map(({ effect }) => effect),
    network: listEffects({ facts, snapshot, step }).filter(({ kind }) => kind === 'network'),
    judgement: judgeStep(step, snapshot, facts),
    isHarmless: isHarmless(step),
  };
}

describe('a redirection to /dev/tcp or /dev/udp is a connection of the shell', () => {
  it.each(['127.0.0.1', 'localhost', '::1'])('to %s: needs nothing, under no policy', (host) => {
    const found = judge(`(exec 3<>/dev/tcp/${host}/8844)`, 'never');
    expect(found.paths).toEqual([]);
    expect(found.effects).toEqual(['none']);
    expect(found.judgement.verdict).toBe('allow');
    expect(found.judgement.reasons.map(({ code }) => code)).not.toContain('no-direct-route');
  });

  it.each([
    ['exec 3<>/dev/tcp/example.org/80', 'example.org:80'],
    ['echo hello > "/dev/udp/example.org/53"', 'example.org:53'],
    ['cat < /dev/tcp/example.org/80', 'example.org:80'],
  ])('%s: a host is needed, no file, and the reason says that there is no way', (script, host) => {
    const found = judge(script);
    expect([found.paths, found.effects, found.isHarmless]).toEqual([[], ['none'], false]);
    expect(found.network.map(({ what }) => what)).toEqual([host]);
    expect(found.judgement.verdict).toBe('ask');
    expect(found.judgement.grant).toMatchObject({ write: [], read: [] });
    expect(found.judgement.reasons[0]?.text).toContain('there is no direct route');
    expect(judge(script, 'never').judgement.verdict).toBe('refuse');
  });

  it('a host that is not literal is none of a list, and no file either', () => {
    const found = judge('exec 3<>/dev/tcp/$HOST/80');
    expect([found.paths, found.effects]).toEqual([[], ['none']]);
    expect(found.judgement.reasons.map(({ code }) => code)).toContain('no-direct-route');
  });

  it.each(['/dev/tcp', '/dev/tcp/x', '/dev/tcp/../sda', '/dev/tcp/a/../../../etc/passwd', '/dev/tcpx/a/1'])(
    '%s is a file',
    (path) => {
      expect(judge(`echo x > ${path}`).paths).toEqual([path]);
    },
  );
});
