import { OtherRows } from './fold-other-rows.ts';
import { QuestionRows } from './fold-question-rows.ts';
import { StepRows } from './fold-step-rows.ts';
import type { RowBook } from './row-book.ts';
import type { RowEvent } from './row-event.ts';

interface Parts {
  readonly steps: StepRows;
  readonly questions: QuestionRows;
  readonly others: OtherRows;
}

/** Folds the events of one session, in their order, into the rows of a book. */
export function createRowFold(book: RowBook): (event: RowEvent) => void {
  const steps = new StepRows(book);
  const parts = { steps, questions: new QuestionRows(book, steps), others: new OtherRows(book, steps) };
  return (event) => foldStep(parts, event);
}

function foldStep(parts: Parts, event: RowEvent): void {
  const { steps } = parts;
  if (event.type === 'step/proposed') steps.proposed(event);
  else if (event.type === 'step/judged') steps.judged(event);
  else if (event.type === 'step/started') steps.started(event);
  else if (event.type === 'step/finished') steps.finished(event);
  else if (event.type === 'turn/ended') steps.turnEnded(event);
  else foldQuestion(parts, event);
}

function foldQuestion({ questions, others }: Parts, event: RowEvent): void {
  switch (event.type) {
    case 'approval/asked':
      questions.asked(event);
      break;
    case 'approval/answered':
      questions.answered(event);
      break;
    case 'approval/withdrawn':
      questions.withdrawn(event);
      break;
    case 'approval/expired':
      questions.expired(event);
      break;
    case 'grant/added':
      questions.granted(event);
      break;
    case 'grant/ended':
      questions.grantEnded(event);
      break;
    case 'review/started':
      questions.reviewStarted(event);
      break;
    case 'review/finished':
      questions.reviewFinished(event);
      break;
    default:
      foldOther(others, event);
      break;
  }
}

function foldOther(others: OtherRows, event: RowEvent): void {
  switch (event.type) {
    case 'session/opened':
      others.opened(event);
      break;
    case 'session/paused':
    case 'session/resumed':
      others.paused(event);
      break;
    case 'session/closed':
    case 'session/lost':
      others.ended(event);
      break;
    case 'config/snapshot':
      others.configured(event);
      break;
    case 'message/added':
      others.said(event);
      break;
    case 'wall/denied':
      others.denied(event);
      break;
    case 'network/judged':
      others.judgedHost(event);
      break;
    case 'edit/proposed':
    case 'edit/applied':
      others.edit(event);
      break;
  }
}
