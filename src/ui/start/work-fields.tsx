import type { ReactNode } from 'react';
import { Segmented, TextField } from '../controls/index.ts';
import { FolderField } from './folder-field.tsx';
import type { SessionDraft } from './session-draft.ts';
import css from './start.module.css';

export interface FieldsProps {
  readonly draft: SessionDraft;
  readonly problems: Partial<Record<keyof SessionDraft, string>>;
  onChange(part: Partial<SessionDraft>): void;
}

const KINDS = [
  { value: 'script', words: 'Script' },
  { value: 'program', words: 'Program' },
] as const;

/** Where it works, and what runs. */
export function WorkFields(props: FieldsProps): ReactNode {
  const { draft, problems, onChange } = props;
  const isScript = draft.kind === 'script';
  return (
    <>
      <FolderField
        value={draft.folder}
        problem={problems.folder}
        onChange={(folder) => onChange({ folder })}
      />
      <div className={css['field']}>
        <span className={css['label']}>What runs</span>
        <Segmented
          label="What runs"
          value={draft.kind}
          choices={KINDS}
          onChange={(kind) => onChange({ kind })}
        />
      </div>
      {isScript ? (
        <TextField
          label="Script"
          value={draft.text}
          rows={7}
          isMono
          placeholder={'npm ci\nnpm test'}
          hint="Bash. Each command is judged by itself; waiting questions show up here and in the inbox."
          problem={problems.text}
          maxLength={65_536}
          onChange={(text) => onChange({ text })}
        />
      ) : (
        <TextField
          label="Program"
          value={draft.text}
          isMono
          placeholder="npm run check"
          hint="One command line. It gets a terminal of its own, on which this page can type."
          problem={problems.text}
          maxLength={65_536}
          onChange={(text) => onChange({ text })}
        />
      )}
      <TextField
        label="Name (optional)"
        value={draft.title}
        placeholder="fix the refunds"
        maxLength={200}
        onChange={(title) => onChange({ title })}
      />
    </>
  );
}
