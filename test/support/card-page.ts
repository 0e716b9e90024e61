import type { BrowserContext, Page } from 'playwright';
import type { ApprovalAnswer } from '../../src/protocol/index.ts';

/** An answer that the page sent, with the question it was for. */
export interface SentAnswer {
  readonly approvalId: string;
  readonly digest: string;
  readonly answer: ApprovalAnswer;
  /** Number of the input event in which it was sent; see `card-fuzz.ts`. */
  readonly during?: number | undefined;
}

/** What the canned engine says to an answer. */
export type Reply = 'accept' | 'changed' | 'late' | 'fail';

/** A scene of the gallery, with its first card in sight. */
export async function openCards(context: BrowserContext, url: string, scene: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`${url}?scene=${scene}`);
  await page.waitForFunction(() => Reflect.get(window, 'gallery') !== undefined);
  if (scene !== 'card-session') await page.locator('[data-approval] h2').waitFor();
  return page;
}

/** From now on what is sent is written down, and answered as `stubAnswers` says. */
export async function recordAnswers(page: Page): Promise<void> {
  await page.evaluate(() => {
    const { store, actions } = Reflect.get(window, 'gallery');
    const record = { sent: [] as unknown[], reply: 'accept', during: undefined as number | undefined };
    Reflect.set(window, 'record', record);
    const settle = (
      approval: { approvalId: string; sessionId: string },
      outcome: string,
      by: string,
    ): void => {
      const { approvalId, sessionId } = approval;
      store.setState((view: { approvals: { approvalId: string }[]; settled: unknown[] }) => ({
        approvals: view.approvals.filter((one) => one.approvalId !== approvalId),
        settled: [{ approvalId, sessionId, outcome, by, settledAt: Date.now(), approval }, ...view.settled],
      }));
    };
    actions.answer = async (
      approval: { approvalId: string; sessionId: string; digest: string; text: string },
      answer: { outcome: string },
    ) => {
      const { approvalId, digest } = approval;
      record.sent.push({ approvalId, digest, answer, during: record.during });
      const { reply } = record;
      await new Promise((resolve) => setTimeout(resolve, 30));
      if (reply === 'fail') throw new Error('no way');
      if (reply === 'late') {
        settle(approval, 'rejected', 'terminal:7');
        return { result: 'already-settled', approvalId, outcome: 'rejected', by: 'terminal:7' };
      }
      if (reply === 'changed') {
        const changed = { ...approval, digest: `${digest}'`, text: `${approval.text} --force` };
        store.setState((view: { approvals: { approvalId: string }[] }) => ({
          approvals: view.approvals.map((one) => (one.approvalId === approvalId ? changed : one)),
        }));
        return { result: 'changed', approvalId, digest: changed.digest };
      }
      settle(approval, answer.outcome, 'page');
      return { result: 'accepted', approvalId };
    };
  });
}

/** How the next answers are answered. */
export async function stubAnswers(page: Page, reply: Reply): Promise<void> {
  await page.evaluate((wanted) => Reflect.set(Reflect.get(window, 'record'), 'reply', wanted), reply);
}

/** What was sent so far. */
export async function sentAnswers(page: Page): Promise<readonly SentAnswer[]> {
  return page.evaluate(() => Reflect.get(window, 'record').sent as SentAnswer[]);
}

/** The outcomes of what was sent, in its order. */
export async function sentOutcomes(page: Page): Promise<readonly string[]> {
  return (await sentAnswers(page)).map(({ answer }) => answer.outcome);
}

/** As a person who asked for it: the focus comes, nothing else. */
export async function focusCardOf(page: Page): Promise<void> {
  const card = page.locator('[data-approval]');
  await card.locator('h2').click();
  const hasFocus = await card.evaluate((element) => element.contains(document.activeElement));
  if (!hasFocus) throw new Error('the card did not take the focus');
}
