import type { ReactNode } from 'react';
import { Label, Radio, RadioGroup } from 'react-aria-components';
import { PRESETS } from '../../policy/index.ts';
import { Segmented, TextField } from '../controls/index.ts';
import { applyPreset, DANGER_WORD, mayChooseNetwork, presetOf, type SessionDraft } from './session-draft.ts';
import css from './start.module.css';
import type { FieldsProps } from './work-fields.tsx';

const MODES = [
  { value: 'read-only', words: 'read-only' },
  { value: 'workspace-write', words: 'workspace-write' },
  { value: 'danger-full-access', words: 'danger-full-access' },
] as const;

const POLICIES = [
  { value: 'untrusted', words: 'untrusted' },
  { value: 'on-request', words: 'on-request' },
  { value: 'never', words: 'never' },
] as const;

const NETWORKS = [
  { value: 'asked', words: 'asked' },
  { value: 'on', words: 'on' },
] as const;

const NETWORK_WORDS = {
  asked: 'You are asked about each host that is on no list.',
  on: 'It reaches every host without a question.',
};

const MODE_WORDS: Record<SessionDraft['sandbox'], string> = {
  'read-only': 'It may look everywhere but at secrets, and write nowhere.',
  'workspace-write': 'It may also write in the folder, but not to what would run later.',
  'danger-full-access': 'There is no wall. It may do what you may.',
};

const POLICY_WORDS: Record<SessionDraft['askForApproval'], string> = {
  untrusted: 'You are asked about all but harmless reads.',
  'on-request': 'You are asked at the boundary and about what is risky.',
  never: 'Nobody is asked. What the wall stops, fails.',
};

/** What is possible, and when a person is asked. */
export function AccessFields(props: FieldsProps & { onReplace(draft: SessionDraft): void }): ReactNode {
  const { draft, problems, onChange, onReplace } = props;
  return (
    <>
      <PresetField draft={draft} onReplace={onReplace} />
      <div className={css['field']}>
        <span className={css['label']}>What is possible</span>
        <Segmented
          label="What is possible"
          value={draft.sandbox}
          choices={MODES}
          onChange={(sandbox) => onChange({ sandbox })}
        />
        <span className={css['hint']}>{MODE_WORDS[draft.sandbox]}</span>
      </div>
      <div className={css['field']}>
        <span className={css['label']}>When you are asked</span>
        <Segmented
          label="When you are asked"
          value={draft.askForApproval}
          choices={POLICIES}
          onChange={(askForApproval) => onChange({ askForApproval })}
        />
        <span className={css['hint']}>{POLICY_WORDS[draft.askForApproval]}</span>
      </div>
      {mayChooseNetwork(draft) && (
        <div className={css['field']}>
          <span className={css['label']}>Network</span>
          <Segmented
            label="Network"
            value={draft.network ? 'on' : 'asked'}
            choices={NETWORKS}
            onChange={(choice) => onChange({ network: choice === 'on' })}
          />
          <span className={css['hint']}>{NETWORK_WORDS[draft.network ? 'on' : 'asked']}</span>
        </div>
      )}
      {draft.sandbox === 'danger-full-access' && (
        <TextField
          label={`Type ${DANGER_WORD} to run without a wall`}
          value={draft.typedWord}
          problem={problems.typedWord}
          maxLength={64}
          onChange={(typedWord) => onChange({ typedWord })}
        />
      )}
    </>
  );
}

const OWN = 'own';

function PresetField(props: {
  readonly draft: SessionDraft;
  onReplace(draft: SessionDraft): void;
}): ReactNode {
  const { draft, onReplace } = props;
  const chosen = presetOf(draft);
  return (
    <RadioGroup
      className={css['presets'] ?? ''}
      value={chosen?.name ?? OWN}
      onChange={(name) => {
        const preset = PRESETS.find((known) => known.name === name);
        if (preset !== undefined) onReplace(applyPreset(draft, preset));
      }}
    >
      <Label className={css['label'] ?? ''}>Preset</Label>
      {PRESETS.map((preset) => (
        <Radio key={preset.name} value={preset.name} className={css['preset'] ?? ''}>
          <span className={css['presetName']}>{preset.name}</span>
          <span className={css['hint']}>{preset.sentence}</span>
        </Radio>
      ))}
      {chosen === undefined && (
        <Radio value={OWN} className={css['preset'] ?? ''}>
          <span className={css['presetName']}>your own</span>
          <span className={css['hint']}>As chosen below.</span>
        </Radio>
      )}
    </RadioGroup>
  );
}
