import { type KeyboardEvent, type RefObject, useMemo, useState } from 'react';
import type { Approval, ApprovalAnswer, ApprovalId } from '../../protocol/index.ts';
import { useLive, useLocal, usePage } from '../local/index.ts';
import { type AllowChoice, narrowestChoice } from './allow-panel.tsx';
import type { CardAction, CardPanel } from './card-keys.ts';
import { contentKey } from './guard.ts';
import { longerAnswer, longerScopes, matchChoices } from './offer-scopes.ts';
import { readCardKey } from './read-card-key.ts';
import type { RejectWords } from './reject-panel.tsx';
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
  /** Nothing can be answered: not connected, on its way already, or not open. */
  readonly isDisabled: boolean;
  readonly isConnected: boolean;
  readonly guard: CardGuard;
  readonly focus: CardFocus;
  readonly answer: AnswerPort;
  run(action: CardAction): void;
  onKeyDown(event: KeyboardEvent): void;
}

const NO_WORDS: RejectWords = { feedback: '', stopTurn: false };

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

function rejectAnswer({ feedback, stopTurn }: RejectWords): ApprovalAnswer {
  const text = feedback.trim();
  return { outcome: 'rejected', ...(text !== '' && { feedback: text }), ...(stopTurn && { stopTurn }) };
}

function panelAfter(action: 'open-reject' | 'open-allow' | 'back'): CardPanel {
  if (action === 'back') return 'answers';
  return action === 'open-reject' ? 'reject' : 'allow';
}

function answerOf(action: CardAction, ofPanel: () => ApprovalAnswer): ApprovalAnswer | undefined {
  if (action === 'reject') return { outcome: 'rejected' };
  if (action === 'allow-once') return { outcome: 'allowed', scope: 'once' };
  return action === 'send-panel' ? ofPanel() : undefined;
}

/** Without a `match` where none can be chosen: the command is not known again there. */
function matchedChoice(
  approval: Approval,
  { scope, match }: AllowChoice,
): Parameters<typeof longerAnswer>[0] {
  return { scope, match: matchChoices(approval, scope).find((one) => one === match) };
}

/** What the person is putting together on the card. */
interface Draft {
  readonly panel: CardPanel;
  readonly isExpanded: boolean;
  readonly choice: AllowChoice;
  readonly words: RejectWords;
  setPanel(panel: CardPanel): void;
  choose(choice: AllowChoice): void;
  write(words: RejectWords): void;
  toggleEvidence(): void;
}

/** Begins anew with every content: what was being chosen was chosen for another one. Typed words stay. */
function useDraft({ approval, isOpen }: Question): Draft {
  const [panel, setPanel] = useState<{ name: CardPanel; digest: string | undefined }>();
  const [isExpanded, setExpanded] = useState(false);
  const [choice, choose] = useState<AllowChoice>({ scope: 'step', match: 'exact' });
  const [words, write] = useState(NO_WORDS);
  const digest = approval?.digest;
  return {
    panel: isOpen && panel !== undefined && panel.digest === digest ? panel.name : 'answers',
    isExpanded,
    choice,
    words,
    setPanel: (name) => setPanel({ name, digest }),
    choose,
    write,
    toggleEvidence: () => setExpanded((old) => !old),
  };
}

/** Does what was asked for; only ever called for a key or press that counts. */
function perform(
  action: CardAction,
  approval: Approval,
  draft: Draft,
  ports: { readonly answer: AnswerPort; nowMs(): number },
): void {
  if (action === 'open-allow') draft.choose(narrowestChoice(approval));
  if (action === 'open-allow' || action === 'open-reject' || action === 'back') {
    draft.setPanel(panelAfter(action));
    return;
  }
  const sent = answerOf(action, () =>
    draft.panel === 'reject'
      ? rejectAnswer(draft.words)
      : longerAnswer(matchedChoice(approval, draft.choice), ports.nowMs()),
  );
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
  const hasScopes = approval !== undefined && longerScopes(approval).length > 0;
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
    const keys = { panel, needsChord, hasScopes, isOpen: !isDisabled, hasLetterKeys };
    const key = readCardKey(event, card.current, keys);
    const isTooEarly = key.isTyped && guard.isTypedAhead(event.nativeEvent.timeStamp);
    // what means nothing here stays with the page and the browser, too early or not
    if (!key.isOurs) return;
    event.preventDefault();
    event.stopPropagation();
    if (key.action !== undefined && !isTooEarly) run(key.action);
  };
  const shown = { question, before, draft, needsChord, isOnceOnly: !hasScopes, isDisabled };
  return { ...shown, isConnected: connection === 'ready', guard, focus, answer, run, onKeyDown };
}
