import { type KeyboardEvent, type RefObject, useMemo, useState } from 'react';
import { type Approval, type ApprovalAnswer, type ApprovalId, plainScope } from '../../protocol/index.ts';
import { useLive, useLocal, usePage } from '../local/index.ts';
import { type AllowChoice, narrowestChoice } from './allow-panel.tsx';
import type { CardAction, CardPanel } from './card-keys.ts';
import { contentKey } from './guard.ts';
import { longerAnswer, longerScopes, matchChoices } from './offer-scopes.ts';
import { readCardKey } from './read-card-key.ts';
import type { RejectWords } from './reject-panel.tsx';
import { isNothingLeft, NOTHING_LEFT, withoutParts } from './request-parts.ts';
import { type AnswerPort, useAnswer } from './use-answer.ts';
import { type CardFocus, useCardFocus } from './use-card-focus.ts';
import { type CardGuard, useGuard } from './use-guard.ts';
import { type Question, useQuestion } from './use-question.ts';

/** All that a card is made of: the question, and what the person is doing with it. */
export interface Card {
  readonly question: Question;
  /** What it was before it changed on the screen. */
  readonly before: Approval | undefined;
  readonly draft: Draft;
  readonly needsChord: boolean;
  readonly isOnceOnly: boolean;
  readonly isEditable: boolean;
  /** Every part of what was asked for is left out: there is nothing to allow. */
  readonly isNothing: boolean;
  /** Nothing can be answered: not connected, on its way already, or not open. */
  readonly isDisabled: boolean;
  readonly isConnected: boolean;
  readonly guard: CardGuard;
  readonly focus: CardFocus;
  readonly answer: AnswerPort;
  run(action: CardAction): void;
  onKeyDown(event: KeyboardEvent): void;
}

const NO_WORDS: RejectWords = { feedback: '', stopTurn: false, scope: 'once' };

/** What the question was before its content changed, for as long as this card is open. */
function useBefore(approval: Approval | undefined): Approval | undefined {
  const [seen, setSeen] = useState<{ now: Approval | undefined; before: Approval | undefined }>({
    now: approval,
    before: undefined,
  });
  if (approval === undefined || approval === seen.now) return seen.before;
  const isSame = seen.now === undefined || seen.now.digest === approval.digest;
  setSeen({ now: approval, before: isSame ? seen.before : seen.now });
  return seen.before;
}

function rejectAnswer({ feedback, stopTurn, scope }: RejectWords, { always }: Approval): ApprovalAnswer {
  const text = feedback.trim();
  return {
    outcome: 'rejected',
    ...(text !== '' && { feedback: text }),
    ...(stopTurn && { stopTurn }),
    ...(scope !== 'once' && { scope }),
    ...(scope === 'always' && always?.forbid !== undefined && { rule: always.forbid }),
  };
}

const PANELS: Partial<Record<CardAction, CardPanel>> = {
  back: 'answers',
  'open-reject': 'reject',
  'open-allow': 'allow',
  'open-edit': 'edit',
};

/** What the open panel sends. */
function answerOfPanel(approval: Approval, draft: Draft, nowMs: number): ApprovalAnswer {
  if (draft.panel === 'reject') return rejectAnswer(draft.words, approval);
  if (draft.panel === 'edit') return { outcome: 'edited', text: draft.text };
  return withPart(longerAnswer(matchedChoice(approval, draft.choice), nowMs), approval, draft.left);
}

/** The yes for the part that was not left out; a yes to all of it says nothing of parts. */
function withPart(answer: ApprovalAnswer, approval: Approval, left: ReadonlySet<string>): ApprovalAnswer {
  if (answer.outcome !== 'allowed' || approval.requested === undefined || left.size === 0) return answer;
  return { ...answer, granted: withoutParts(approval.requested, left) };
}

function answerOf(
  action: CardAction,
  approval: Approval,
  draft: Draft,
  nowMs: number,
): ApprovalAnswer | undefined {
  if (action === 'reject') return { outcome: 'rejected' };
  if (action === 'allow-once')
    return withPart({ outcome: 'allowed', scope: plainScope(approval) }, approval, draft.left);
  return action === 'send-panel' ? answerOfPanel(approval, draft, nowMs) : undefined;
}

/** Without a `match` where none can be chosen: the command is not known again there. */
function matchedChoice(
  approval: Approval,
  { scope, match }: AllowChoice,
): Parameters<typeof longerAnswer>[0] {
  const offered = matchChoices(approval, scope);
  return { scope, match: offered.find((one) => one === match), rule: approval.always?.allow };
}

/** What the person is putting together on the card. */
interface Draft {
  readonly panel: CardPanel;
  readonly isExpanded: boolean;
  readonly choice: AllowChoice;
  readonly words: RejectWords;
  /** The text as the person would have it. */
  readonly text: string;
  /** Of a request for more access: the parts that are not granted. */
  readonly left: ReadonlySet<string>;
  setPanel(panel: CardPanel): void;
  choose(choice: AllowChoice): void;
  write(words: RejectWords): void;
  edit(text: string): void;
  leave(parts: ReadonlySet<string>): void;
  toggleEvidence(): void;
}

/** Begins anew with every content: what was being chosen was chosen for another one. Typed words stay. */
function useDraft({ approval, isOpen }: Question): Draft {
  const [panel, setPanel] = useState<{ name: CardPanel; digest: string | undefined }>();
  const [isExpanded, setExpanded] = useState(false);
  const [choice, choose] = useState<AllowChoice>({ scope: 'step', match: 'exact' });
  const [words, write] = useState(NO_WORDS);
  const [text, edit] = useState('');
  const [left, leave] = useState<{ parts: ReadonlySet<string>; digest: string | undefined }>();
  const digest = approval?.digest;
  return {
    panel: isOpen && panel !== undefined && panel.digest === digest ? panel.name : 'answers',
    isExpanded,
    choice,
    words,
    text,
    left: left !== undefined && left.digest === digest ? left.parts : NOTHING_LEFT,
    setPanel: (name) => setPanel({ name, digest }),
    choose,
    write,
    edit,
    leave: (parts) => leave({ parts, digest }),
    toggleEvidence: () => setExpanded((old) => !old),
  };
}

/** A yes to nothing is no yes, and an unchanged text is no other one. */
function maySend(action: CardAction, approval: Approval, draft: Draft): boolean {
  if (action === 'send-panel' && draft.panel === 'edit')
    return draft.text.trim() !== '' && draft.text !== approval.text;
  const isAllowing = action === 'allow-once' || (action === 'send-panel' && draft.panel === 'allow');
  return !isAllowing || !isNothingLeft(approval.requested, draft.left);
}

/** Does what was asked for; only ever called for a key or press that counts. */
function perform(
  action: CardAction,
  approval: Approval,
  draft: Draft,
  ports: { readonly answer: AnswerPort; nowMs(): number },
): void {
  if (action === 'open-allow') draft.choose(narrowestChoice(approval));
  if (action === 'open-edit') draft.edit(approval.text);
  const panel = PANELS[action];
  if (panel !== undefined) {
    draft.setPanel(panel);
    return;
  }
  if (!maySend(action, approval, draft)) return;
  const sent = answerOf(action, approval, draft, ports.nowMs());
  if (sent !== undefined) ports.answer.send(approval, sent);
}

/** The state of one card, and everything that can be done with it. */
export function useCard(
  approvalId: ApprovalId,
  card: RefObject<HTMLElement | null>,
  dock: RefObject<HTMLElement | null>,
): Card {
  const { host } = usePage();
  const question = useQuestion(approvalId);
  const { approval, isOpen, context } = question;
  const before = useBefore(approval);
  const connection = useLive((view) => view.connection.state);
  const hasLetterKeys = useLocal((ui) => ui.hasLetterKeys);
  const answer = useAnswer(approval);
  const focus = useCardFocus(card, approvalId);
  const draft = useDraft(question);
  const { panel } = draft;
  const isDisabled = !isOpen || connection !== 'ready' || answer.isBusy;
  const needsChord = approval?.risk?.level === 'high' || approval?.risk?.level === 'critical';
  const hasScopes =
    approval !== undefined && longerScopes(approval).some((scope) => scope !== plainScope(approval));
  const isEditable = approval?.isEditable === true;
  const isNothing = isNothingLeft(approval?.requested, draft.left);
  const sent = answer.sending.state;
  const content = useMemo(
    () => contentKey([approval, isOpen, context, connection, panel, sent]),
    [approval, isOpen, context, connection, panel, sent],
  );
  const guard = useGuard(card, dock, content);

  const run = (action: CardAction): void => {
    if (action === 'leave') focus.leave();
    else if (action === 'toggle-evidence') draft.toggleEvidence();
    else if (approval !== undefined) {
      focus.keep();
      perform(action, approval, draft, { answer, nowMs: () => host.nowMs() });
    }
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const keys = { panel, needsChord, hasScopes, isEditable, isOpen: !isDisabled, hasLetterKeys };
    const key = readCardKey(event, card.current, keys);
    const isTooEarly = key.isTyped && guard.isTypedAhead(event.nativeEvent.timeStamp);
    // what means nothing here stays with the page and the browser, too early or not
    if (!key.isOurs) return;
    event.preventDefault();
    event.stopPropagation();
    if (key.action !== undefined && !isTooEarly) run(key.action);
  };
  const shown = {
    question,
    before,
    draft,
    needsChord,
    isOnceOnly: !hasScopes,
    isEditable,
    isNothing,
    isDisabled,
  };
  return { ...shown, isConnected: connection === 'ready', guard, focus, answer, run, onKeyDown };
}
