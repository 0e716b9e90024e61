import { describe, expect, it } from 'vitest';
import { judgeKept, keptPaths } from '../../../src/engine/session/judge-kept.ts';
import type { Facts, Judgement, PathFact } from '../../../src/protocol/index.ts';

const keepsClosed = (path: string): boolean => path.startsWith('/out/.git');

function makeFresh(write: string[]): Judgement {
  return {
    verdict: 'ask',
    category: 'blocked',
    reasons: [],
    risk: null,
    grant: { read: [], write, hosts: [], sockets: [] },
  };
}

describe('what a granted folder keeps closed', () => {
  it('is found among the paths of a call', () => {
    const paths = ['/out/a', '/out/.git/b'].map(
      (real): PathFact => ({ text: real, use: 'write', real, kind: 'file' }),
    );
    const facts: Facts = { at: 0, cwd: '/', home: '/', paths, isTruncated: false, isHeld: true };
    expect(keptPaths(facts, keepsClosed)).toEqual(['/out/.git/b']);
  });

  it('is asked about when a yes would open it', () => {
    const fresh = makeFresh(['/out/.git']);
    expect(judgeKept(fresh, ['/out/.git/b'], keepsClosed)).toBe(fresh);
  });

  it('is refused when a yes would open again what is open', () => {
    const { verdict, grant, reasons } = judgeKept(makeFresh(['/out']), ['/out/.git/b'], keepsClosed);
    expect([verdict, grant]).toEqual(['refuse', undefined]);
    expect(reasons.at(-1)?.text).toContain('/out/.git/b stays as it is');
  });

  it('changes nothing for a call without such paths', () => {
    const fresh = makeFresh(['/out']);
    expect(judgeKept(fresh, [], keepsClosed)).toBe(fresh);
  });
});
