import { PRESETS, type Preset } from '../../policy/index.ts';
import type { MethodParams, SessionStartParams } from '../../protocol/index.ts';

/** What stands in the form of a new session. */
export interface SessionDraft {
  readonly folder: string;
  readonly kind: SessionStartParams['kind'];
  readonly text: string;
  readonly title: string;
  readonly sandbox: NonNullable<SessionStartParams['sandbox']>;
  readonly askForApproval: NonNullable<SessionStartParams['askForApproval']>;
  readonly network: boolean;
  readonly typedWord: string;
}

/** What has to be typed before the wall is left out. */
export const DANGER_WORD = 'danger';

export const EMPTY_DRAFT: SessionDraft = {
  folder: '',
  kind: 'script',
  text: '',
  title: '',
  sandbox: 'workspace-write',
  askForApproval: 'on-request',
  network: false,
  typedWord: '',
};

/** The preset that mode and policy add up to; `undefined`: none, a choice of one's own. */
export function presetOf(draft: SessionDraft): Preset | undefined {
  return PRESETS.find(
    (preset) => preset.sandboxMode === draft.sandbox && preset.approvalPolicy === draft.askForApproval,
  );
}

export function applyPreset(draft: SessionDraft, preset: Preset): SessionDraft {
  return { ...draft, sandbox: preset.sandboxMode, askForApproval: preset.approvalPolicy };
}

/** Where the network can be chosen: only behind a wall that lets write. */
export function mayChooseNetwork(draft: SessionDraft): boolean {
  return draft.sandbox === 'workspace-write';
}

/** As the engine wants it. */
export function toStartParams(draft: SessionDraft): MethodParams<'session/start'> {
  const { folder, kind, text, title, sandbox, askForApproval, network, typedWord } = draft;
  return {
    folder: folder.trim(),
    kind,
    text,
    sandbox,
    askForApproval,
    ...(title.trim() !== '' && { title: title.trim() }),
    ...(mayChooseNetwork(draft) && network && { network }),
    ...(sandbox === 'danger-full-access' && { typedWord: typedWord.trim() }),
  };
}

/** What keeps the form from being started, by field; empty: nothing. */
export function findProblems(draft: SessionDraft): Partial<Record<keyof SessionDraft, string>> {
  const problems: Partial<Record<keyof SessionDraft, string>> = {};
  const folder = draft.folder.trim();
  if (folder === '') problems.folder = 'In which folder? It becomes the workspace.';
  else if (!folder.startsWith('/') && !folder.startsWith('~') && !/^[A-Za-z]:[\\/]/.test(folder)) {
    problems.folder = 'The whole path is needed, or one that begins with ~';
  }
  if (draft.text.trim() === '') {
    problems.text = draft.kind === 'script' ? 'What should run?' : 'Which program?';
  }
  if (draft.sandbox === 'danger-full-access' && draft.typedWord.trim() !== DANGER_WORD) {
    problems.typedWord = `Type ${DANGER_WORD} to start without a wall`;
  }
  return problems;
}
