import { describe, expect, it } from 'vitest';
import { PRESETS } from '../../../src/policy/index.ts';
import { SessionStartParams } from '../../../src/protocol/index.ts';
import {
  applyPreset,
  EMPTY_DRAFT,
  findProblems,
  presetOf,
  type SessionDraft,
  toStartParams,
} from '../../../src/ui/start/session-draft.ts';

const READY: SessionDraft = { ...EMPTY_DRAFT, folder: '/work', text: 'npm test' };

describe('the form of a new session', () => {
  it.each(PRESETS.map((preset) => [preset.name, preset] as const))(
    '%s fills mode and policy',
    (_, preset) => {
      const draft = applyPreset(READY, preset);
      expect(presetOf(draft)).toBe(preset);
      const params = SessionStartParams.parse(toStartParams(draft));
      expect([params.sandbox, params.askForApproval]).toEqual([preset.sandboxMode, preset.approvalPolicy]);
    },
  );

  it('is no preset with a mode and a policy that none has', () => {
    expect(presetOf({ ...READY, sandbox: 'read-only', askForApproval: 'never' })).toBeUndefined();
  });

  it.each<[string, Partial<SessionDraft>, (keyof SessionDraft)[]]>([
    ['all is there', {}, []],
    ['a home folder', { folder: '~/work' }, []],
    ['a Windows folder', { folder: 'C:\\work' }, []],
    ['no folder', { folder: ' ' }, ['folder']],
    ['half a path', { folder: 'work' }, ['folder']],
    ['nothing to run', { text: '\n ' }, ['text']],
    ['no wall and no word', { sandbox: 'danger-full-access' }, ['typedWord']],
    ['no wall and another word', { sandbox: 'danger-full-access', typedWord: 'yes' }, ['typedWord']],
    ['no wall and the word', { sandbox: 'danger-full-access', typedWord: ' danger ' }, []],
  ])('%s', (_, part, fields) => {
    expect(Object.keys(findProblems({ ...READY, ...part }))).toEqual(fields);
  });

  it('asks for the network only behind a wall that lets write', () => {
    expect(toStartParams({ ...READY, network: true }).network).toBe(true);
    expect(toStartParams({ ...READY, network: true, sandbox: 'read-only' })).not.toHaveProperty('network');
    expect(toStartParams({ ...READY, network: true, sandbox: 'danger-full-access' })).not.toHaveProperty(
      'network',
    );
  });

  it('does not send a word that was typed for another mode', () => {
    expect(toStartParams({ ...READY, typedWord: 'danger' })).not.toHaveProperty('typedWord');
  });
});
