import { describe, expect, it } from 'vitest';
import { chooseAgent } from '../../../src/cli/choose-agent.ts';
import type { KnownAgent } from '../../../src/engine/index.ts';
import { Fault } from '../../../src/protocol/index.ts';

function agent(id: string, program: string, isInstalled: boolean): KnownAgent {
  const path = isInstalled ? `/opt/bin/${program}` : undefined;
  return { id, name: id, programs: [program], promptWords: id === 'opencode' ? ['--prompt'] : [], path };
}

const installed = (...ids: readonly string[]): KnownAgent[] => [
  agent('claude-code', 'claude', ids.includes('claude-code')),
  agent('codex', 'codex', ids.includes('codex')),
  agent('opencode', 'opencode', ids.includes('opencode')),
];

function refusal(agents: readonly KnownAgent[], wanted?: string): Fault {
  try {
    chooseAgent(agents, wanted);
  } catch (thrown) {
    if (thrown instanceof Fault) return thrown;
  }
  throw new Error('an agent was chosen');
}

describe('the agent that is meant', () => {
  it.each([
    ['the only one that is installed', ['codex'], undefined, { program: '/opt/bin/codex', promptWords: [] }],
    [
      'the one that is named, by its preset',
      ['claude-code', 'codex'],
      'claude-code',
      { program: '/opt/bin/claude', promptWords: [] },
    ],
    [
      'or by its program',
      ['claude-code', 'codex'],
      'claude',
      { program: '/opt/bin/claude', promptWords: [] },
    ],
    [
      'with the words that its prompt needs',
      ['opencode'],
      undefined,
      { program: '/opt/bin/opencode', promptWords: ['--prompt'] },
    ],
  ])('is %s', (_name, ids, wanted, chosen) => {
    expect(chooseAgent(installed(...ids), wanted)).toEqual(chosen);
  });

  it('is not guessed: what there is to choose from is said', () => {
    const none = refusal(installed());
    expect(none).toMatchObject({ kind: 'user', code: 'no-agent' });
    expect(none.message).toBe('no agent is installed: none of claude, codex, opencode is on the PATH');
    expect(none.hint).toContain('sallyport run -- PROGRAM');
    const many = refusal(installed('claude-code', 'codex'));
    expect(many.message).toBe('more than one agent is installed: claude-code, codex');
    expect(many.hint).toContain('sallyport config set default_agent claude-code');
  });

  it('is no other one than the one that is named', () => {
    const missing = refusal(installed('codex'), 'claude-code');
    expect(missing.message).toBe('default_agent is claude-code, whose program claude is not on the PATH');
    expect(missing.hint).toContain('installed: codex');
    const unknown = refusal(installed('codex'), 'codx\u0007');
    expect(unknown.message).toContain('no agent known here');
    expect(unknown.message).not.toContain('\u0007');
    expect(unknown.hint).toContain('claude-code, codex, opencode');
  });
});
