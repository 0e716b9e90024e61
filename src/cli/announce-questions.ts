import type { EngineClient } from '../client/index.ts';
import type { Approval, ApprovalId, Event, RunId, SessionId } from '../protocol/index.ts';
import { maskSecrets } from '../replay/index.ts';
import { showLine } from '../timeline/index.ts';

/** Whether somebody is waited for although nobody is asked here, or only while somebody is known to answer elsewhere. */
export type AnswersElsewhere = 'others' | 'present';

/** What a session without a terminal says on stderr about its questions. */
export class QuestionAnnouncer {
  readonly #answers: AnswersElsewhere;
  readonly #say: (text: string) => void;
  readonly #announced = new Set<ApprovalId>();
  /** Runs that wanted a person and have not got a question yet. */
  readonly #unasked = new Set<RunId>();
  #wantsHint = false;

  constructor(answers: AnswersElsewhere, say: (text: string) => void) {
    this.#answers = answers;
    this.#say = say;
  }

  takeEvent(event: Event): void {
    if (event.type === 'step/judged' && event.verdict === 'ask' && event.runId !== undefined) {
      this.#unasked.add(event.runId);
    } else if (event.type === 'approval/asked') {
      if (event.runId !== undefined) this.#unasked.delete(event.runId);
      this.announce(event);
    } else if (event.type === 'step/finished' && event.outcome === 'refused') {
      if (this.#unasked.delete(event.runId) && this.#answers === 'present') this.#wantsHint = true;
    }
  }

  /** Says once that a question waits, and how it is answered. */
  announce({ approvalId, text }: Pick<Approval, 'approvalId' | 'text'>): void {
    if (this.#announced.has(approvalId)) return;
    this.#announced.add(approvalId);
    this.#say(
      `sallyport: a question waits: ${approvalId}: ${showLine(maskSecrets(text), 200)}\n` +
        `  sallyport approvals allow ${approvalId}   in another terminal, or reject\n`,
    );
  }

  /** At the end, behind what the script was told: the way out, where nobody could be asked. */
  finish(): void {
    if (!this.#wantsHint) return;
    this.#wantsHint = false;
    this.#say(
      'sallyport: nobody was asked, because there is no terminal here to answer on\n' +
        '  use --wait and answer elsewhere, or keep `sallyport approvals watch` open in another terminal\n',
    );
  }
}

/** Follows one session. `closed` settles with its last event, when all is said. */
export async function announceQuestions(
  client: EngineClient,
  sessionId: SessionId,
  announcer: QuestionAnnouncer,
): Promise<{ readonly closed: Promise<void> }> {
  const closed = Promise.withResolvers<void>();
  const lookAgain = async (): Promise<void> => {
    const { approvals } = await client.call('approval/list', {});
    for (const approval of approvals) if (approval.sessionId === sessionId) announcer.announce(approval);
  };
  await client.subscribe(
    { sessionId },
    {
      onEvent: (event) => {
        announcer.takeEvent(event);
        if (event.type !== 'session/closed' && event.type !== 'session/lost') return;
        announcer.finish();
        closed.resolve();
      },
      onCut: () => {
        // a connection that ends meanwhile is somebody else's news
        lookAgain().catch(() => {});
      },
    },
  );
  return { closed: closed.promise };
}
