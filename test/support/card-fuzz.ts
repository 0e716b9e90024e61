/**
 * Random keys and presses on the page while cards appear, change and vanish, and an oracle that knows nothing of the
 * page's own guard: it watches what stood on the screen and for how long, and says of every key and press whether it
 * must answer, may answer, or must not.
 */
import type { Page } from 'playwright';
import { recordAnswers, type SentAnswer, sentAnswers, stubAnswers } from './card-page.ts';
import { InputBurst } from './input-burst.ts';
import { makeRandom, type Random } from './seeded-random.ts';
import { type InputLog, watchInput } from './watch-input.ts';

/** What the page promises, and how much longer it may take to look and to paint before a press surely counts, in ms. */
const GUARD_MS = 400;
const SURE_MS = 1000;
/** As above, from when a slow machine has painted. */
const SURE_PAINTED_MS = 800;
/** How long nothing must be typed after a key that came too early, in ms. */
const QUIET_MS = 1000;
/** What comes without a wait where one is in a hurry. */
const AT_ONCE = 10;

export interface FuzzResult {
  /** Keys and presses that reached the page. */
  readonly inputs: number;
  /** What is not as the oracle says; empty when all is well. */
  readonly problems: readonly string[];
  /** Answers that were sent, all of them rightly. */
  readonly counted: number;
  /** Keys and presses that would have answered but for the guard. */
  readonly ignored: number;
}

interface Meaning {
  readonly outcome: 'allowed' | 'rejected';
  /** Absent: any but once. */
  readonly scope?: 'once';
}

const KEYS: readonly (readonly [number, string])[] = [
  [8, 'a'],
  [3, 'r'],
  [3, 'f'],
  [3, 's'],
  [2, 'e'],
  [4, 'Control+Enter'],
  [4, 'Enter'],
  [3, 'Space'],
  [5, 'Escape'],
  [6, 'Tab'],
  [2, 'Shift+Tab'],
  [1, 'Shift+A'],
  [1, 'Alt+a'],
  [1, 'Control+j'],
  [1, 'ArrowDown'],
  [1, 'ArrowRight'],
  [1, 'y'],
  [1, 'Delete'],
];

function pick<T>(random: Random, weighted: readonly (readonly [number, T])[]): T | undefined {
  let rest = random() * weighted.reduce((sum, [weight]) => sum + weight, 0);
  return weighted.find(([weight]) => {
    rest -= weight;
    return rest < 0;
  })?.[1];
}

/** What a key means where the focus is; `undefined`: no answer. Written anew, from the rules and not from the code. */
function meaningOfKey(log: InputLog): Meaning | undefined {
  const { key, hasCtrl, hasOther, focus, panel, isHeavy } = log;
  if (log.isRepeat || log.isComposing || hasOther || focus === 'outside') return undefined;
  if (hasCtrl) return key === 'Enter' ? meaningOfChord(log) : undefined;
  if (key === 'Enter' || key === ' ')
    return isHeavy && mayAllow(focus, panel) ? undefined : meaningOfButton(focus, panel);
  if (panel !== 'answers' || focus === 'field') return undefined;
  if (key.toLowerCase() === 'r') return { outcome: 'rejected' };
  return key.toLowerCase() === 'a' && !isHeavy ? { outcome: 'allowed', scope: 'once' } : undefined;
}

function mayAllow(focus: string, panel: string): boolean {
  return focus === 'allow-once' || (focus === 'send-panel' && panel === 'allow');
}

function meaningOfChord({ focus, panel }: InputLog): Meaning | undefined {
  if (panel === 'answers') {
    return focus === 'card' || focus === 'allow-once' ? { outcome: 'allowed', scope: 'once' } : undefined;
  }
  if (focus === 'button') return undefined;
  return panel === 'reject' ? { outcome: 'rejected' } : { outcome: 'allowed' };
}

/** What the button with this name answers. */
function meaningOfButton(name: string, panel: string): Meaning | undefined {
  if (name === 'reject') return { outcome: 'rejected' };
  if (name === 'allow-once') return { outcome: 'allowed', scope: 'once' };
  if (name !== 'send-panel') return undefined;
  return panel === 'reject' ? { outcome: 'rejected' } : { outcome: 'allowed' };
}

type Ruling = 'must' | 'may' | 'never';

/** Whether what is shown had surely stood still for longer than the guard. */
function isSurelyStill({ beganAt, changedBefore, paintedAt }: InputLog, sureMs: number): boolean {
  return beganAt - changedBefore >= sureMs && beganAt - paintedAt >= SURE_PAINTED_MS;
}

/** Whether what happened may be an answer, by how long nothing had changed when it began. */
function ruleOn(log: InputLog, quiet: Quiet, sureMs: number): Ruling {
  if (!log.canAnswer || log.beganAt < quiet.surelyUntil) return 'never';
  if (log.beganAt - log.changedAfter < GUARD_MS || log.changedSinceDown) return 'never';
  const isSure = isSurelyStill(log, sureMs) && log.beganAt >= quiet.maybeUntil;
  return isSure ? 'must' : 'may';
}

/** Until when nothing counts on this card because somebody typed at it too early, as far as can be told from outside. */
interface Quiet {
  readonly approvalId: string;
  readonly surelyUntil: number;
  readonly maybeUntil: number;
}

const NEVER_TYPED: Quiet = { approvalId: '', surelyUntil: 0, maybeUntil: 0 };

/** What moves or presses what has the focus, and what is written down where the focus is, is not typed ahead. */
function isTypedAtCard({ type, key, hasCtrl, focus }: InputLog): boolean {
  if (type !== 'key' || focus === 'outside') return false;
  if (hasCtrl && key === 'Enter') return true;
  if (focus === 'field' || (hasCtrl && key.toLowerCase() === 'j')) return false;
  if (key === 'Enter' || key === ' ') return focus !== 'choice' && focus !== 'button';
  return [...key].length === 1 || key === 'Delete';
}

/** What is so before each key and press, by the keys before it. */
function listQuiet(logs: readonly InputLog[], sureMs: number): readonly Quiet[] {
  let now = NEVER_TYPED;
  return logs.map((log) => {
    const before = log.approvalId === now.approvalId ? now : { ...NEVER_TYPED, approvalId: log.approvalId };
    const { beganAt, changedAfter } = log;
    now = before;
    if (isTypedAtCard(log)) {
      const isSurelyEarly = beganAt - changedAfter < GUARD_MS || beganAt < before.surelyUntil;
      const isMaybeEarly = !isSurelyStill(log, sureMs) || beganAt < before.maybeUntil;
      if (isSurelyEarly) now = { ...now, surelyUntil: Math.max(now.surelyUntil, beganAt + QUIET_MS) };
      if (isMaybeEarly) now = { ...now, maybeUntil: Math.max(now.maybeUntil, beganAt + QUIET_MS) };
    }
    return before;
  });
}

function isAsMeant(sent: SentAnswer, meaning: Meaning, log: InputLog): boolean {
  if (sent.approvalId !== log.approvalId || sent.digest !== log.digest) return false;
  if (sent.answer.outcome !== meaning.outcome) return false;
  if (sent.answer.outcome === 'rejected') return true;
  return (sent.answer.scope === 'once') === (meaning.scope === 'once');
}

interface Judged {
  /** What is wrong, as a sentence; `undefined`: nothing. */
  readonly problem: string | undefined;
  readonly isIgnored: boolean;
}

function judgeInput(log: InputLog, answers: readonly SentAnswer[], quiet: Quiet, sureMs: number): Judged {
  const meaning = log.type === 'click' ? meaningOfButton(log.pressed, log.panel) : meaningOfKey(log);
  const ruling = meaning === undefined ? 'never' : ruleOn(log, quiet, sureMs);
  const isRight = answers.length === 1 && answers.every((one) => meaning && isAsMeant(one, meaning, log));
  const isFine = answers.length === 0 ? ruling !== 'must' : ruling !== 'never' && isRight;
  return {
    problem: isFine ? undefined : `${ruling}, sent ${JSON.stringify(answers)}: ${JSON.stringify(log)}`,
    isIgnored: meaning !== undefined && ruling === 'never',
  };
}

function judge(logs: readonly InputLog[], sent: readonly SentAnswer[], sureMs: number): FuzzResult {
  const quiet = listQuiet(logs, sureMs);
  const judged = logs.map((log, place) => {
    const answers = sent.filter((one) => one.during === log.number);
    return judgeInput(log, answers, quiet[place] ?? NEVER_TYPED, sureMs);
  });
  const byNothing = sent
    .filter((one) => one.during === undefined)
    .map((one) => `by nothing: ${JSON.stringify(one)}`);
  return {
    inputs: logs.length,
    problems: [...byNothing, ...judged.flatMap(({ problem }) => (problem === undefined ? [] : [problem]))],
    counted: sent.length,
    ignored: judged.filter(({ isIgnored }) => isIgnored).length,
  };
}

/** What else happens to the page while somebody types: each is a change that the oracle is told of. */
const CHANGES = [
  'digest',
  'risk',
  'settle',
  'open',
  'open',
  'focus',
  'lost',
  'ready',
  'window',
  'reply',
] as const;

async function change(page: Page, random: Random, number: number): Promise<void> {
  const what = CHANGES[Math.floor(random() * CHANGES.length)];
  if (what === 'reply') {
    const replies = ['accept', 'accept', 'changed', 'late', 'fail'] as const;
    return stubAnswers(page, replies[Math.floor(random() * replies.length)] ?? 'accept');
  }
  await page.evaluate(([kind, count, level]) => Reflect.get(window, 'fuzz').change(kind, count, level), [
    what,
    number,
    ['low', 'medium', 'medium', 'high', 'critical'][Math.floor(random() * 5)],
  ] as const);
}

async function pressSomewhere(page: Page, random: Random): Promise<void> {
  const boxes = await page.evaluate(
    () => Reflect.get(window, 'fuzz').boxes() as [number, number, number, number][],
  );
  const box = boxes[Math.floor(random() * boxes.length)];
  if (box === undefined) return;
  const [left, top, width, height] = box;
  await page.mouse.move(left + random() * width, top + random() * height);
  await page.mouse.down();
  if (random() < 0.1) await page.waitForTimeout(60);
  await page.mouse.up();
}

async function pressKey(page: Page, random: Random): Promise<void> {
  const key = pick(random, KEYS) ?? 'Escape';
  if (random() < 0.92) return page.keyboard.press(key);
  // held: what follows the first one is repeated
  await page.keyboard.down('a');
  await page.keyboard.down('a');
  await page.keyboard.up('a');
}

/** Does `count` random things to a page of the gallery with a card pane. The same seed does the same things. */
export async function fuzzCards(
  page: Page,
  options: { readonly count: number; readonly seed: number },
): Promise<FuzzResult> {
  const random = makeRandom(options.seed);
  await recordAnswers(page);
  await watchInput(page);
  for (let number = 0; number < options.count; number += 1) {
    const dice = random();
    if (dice < 0.16) await change(page, random, number);
    else if (dice < 0.42) await pressSomewhere(page, random);
    else await pressKey(page, random);
    if (random() < 0.02) await page.waitForTimeout(SURE_MS + 100);
    else if (random() < 0.05) await page.waitForTimeout(random() * 700);
  }
  return await judgeAll(page, SURE_MS);
}

async function judgeAll(page: Page, sureMs: number): Promise<FuzzResult> {
  const logs = await page.evaluate(() => Reflect.get(window, 'fuzz').logs as InputLog[]);
  return judge(logs, await sentAnswers(page), sureMs);
}

/** Some ten things that nobody waits between; presses go where something was when they began. */
async function doAtOnce(page: Page, burst: InputBurst, random: Random, number: number): Promise<void> {
  const boxes = await page.evaluate(
    () => Reflect.get(window, 'fuzz').boxes() as [number, number, number, number][],
  );
  for (let place = 0; place < AT_ONCE; place += 1) {
    const dice = random();
    const box = boxes[Math.floor(random() * boxes.length)];
    if (dice < 0.1) burst.add(change(page, random, number + place));
    else if (dice < 0.36 && box !== undefined) {
      const [left, top, width, height] = box;
      burst.click(left + random() * width, top + random() * height);
    } else burst.press(pick(random, KEYS) ?? 'Escape', random() < 0.05 ? 2 : 0);
  }
  await burst.done();
}

/** As `fuzzCards`, as quick as the page can take it, with waits that are about as long as the guard, before a key and after one. */
export async function rushCards(
  page: Page,
  options: { readonly count: number; readonly seed: number },
): Promise<FuzzResult> {
  const random = makeRandom(options.seed);
  await recordAnswers(page);
  await watchInput(page);
  const burst = await InputBurst.on(page);
  for (let number = 0; number < options.count; number += AT_ONCE) {
    await doAtOnce(page, burst, random, number);
    const dice = random();
    if (dice < 0.04) await page.waitForTimeout(SURE_MS + 100);
    else if (dice < 0.14) await page.waitForTimeout(QUIET_MS - 100 + random() * 200);
    else if (dice < 0.3) await page.waitForTimeout(GUARD_MS - 100 + random() * 200);
  }
  // in a rush nobody can say when the page has surely painted what changed: only what must not answer is ruled on
  return await judgeAll(page, Number.POSITIVE_INFINITY);
}
