/** Why a run was judged as it was: from the history alone, so that it can be asked long after. */
import { explainStep } from '../policy/index.ts';
import {
  type CheckedParams,
  type ConfigOrigin,
  type ConfigSnapshot,
  type EventOf,
  type EventType,
  Explanation,
  type MethodResult,
  type StepDraft,
} from '../protocol/index.ts';
import { maskSecrets } from '../replay/index.ts';
import { quoteWords } from '../timeline/index.ts';
import type { HistoryReader } from './history/index.ts';

type Selection = Parameters<HistoryReader['selectEvents']>[1];

/** More changes of its configuration than a session has. */
const MAX_SNAPSHOTS = 200;

/**
 * The explanation of the last judgement on a run, masked as lists are; null where the history has none of it. What is
 * said of changes is left out where the judgement did not come from the step's words, as for a held call or a grant.
 */
export function explainRun(
  reader: HistoryReader,
  { sessionId, runId }: CheckedParams<'run/explain'>,
): MethodResult<'run/explain'> {
  const select = <T extends EventType>(type: T, selection: Omit<Selection, 'types' | 'limit'>, limit = 1) =>
    reader.selectEvents(sessionId, { ...selection, types: [type], limit }) as EventOf<T>[];
  const [judged] = select('step/judged', { having: { field: 'runId', value: runId }, isFromEnd: true });
  if (judged === undefined) return { explanation: null };
  const [step] = select('step/proposed', { having: { field: 'stepId', value: judged.stepId } });
  const snapshots = select('config/snapshot', { to: judged.seq, isFromEnd: true }, MAX_SNAPSHOTS);
  const taken = snapshots.findLast(({ digest }) => digest === judged.snapshot);
  if (step === undefined || taken === undefined) return { explanation: null };
  const { content, origins } = taken;
  return { explanation: maskTexts(explain(asItRan(step, judged.argv), judged, { content, origins })) };
}

function explain(
  step: StepDraft,
  judged: EventOf<'step/judged'>,
  taken: { readonly content: ConfigSnapshot; readonly origins: Readonly<Record<string, ConfigOrigin>> },
): Explanation {
  const { verdict, category, reasons, risk, grant, facts } = judged;
  const judgement = { verdict, category, reasons, risk, ...(grant !== undefined && { grant }) };
  const explained = explainStep(step, taken.content, facts, { origins: taken.origins });
  const isSame = explained.judgement.verdict === verdict && explained.judgement.category === category;
  return {
    judgement,
    access: [...explained.access],
    causes: isSame ? [...explained.causes] : [],
    alternatives: isSame ? [...explained.alternatives] : [],
  };
}

/** The step with the words that really ran. */
function asItRan(step: StepDraft, argv: readonly string[] | undefined): StepDraft {
  if (argv === undefined) return step;
  const words = argv.map((value) => ({ text: quoteWords([value]), value }));
  return { ...step, argv: [...argv], words };
}

function maskTexts(explanation: Explanation): Explanation {
  const text = JSON.stringify(explanation, (_key, value: unknown) =>
    typeof value === 'string' ? maskSecrets(value) : value,
  );
  return Explanation.parse(JSON.parse(text));
}
