import type { EventOf, EventType, RiskLevel } from '../protocol/index.ts';

interface ShortRisk {
  readonly score: number;
  readonly level: RiskLevel;
}

/** Why, as far as a row tells it. */
interface Judged {
  readonly reasons: readonly { readonly text: string }[];
  readonly risk: ShortRisk | null;
}

interface JudgedFacts {
  readonly facts: {
    readonly isHeld: boolean;
    readonly program?: string | null | undefined;
    readonly paths: readonly { readonly text: string }[];
  };
}

interface Head {
  readonly seq: number;
  readonly at: number;
}

/** Of the events that there are most of: what rows are made of. */
interface Short {
  'step/proposed': Pick<
    EventOf<'step/proposed'>,
    | 'type'
    | 'stepId'
    | 'turnId'
    | 'parentId'
    | 'kind'
    | 'text'
    | 'argv'
    | 'assignments'
    | 'wrappers'
    | 'agentName'
    | 'isUnforeseen'
  >;
  'step/judged': Pick<
    EventOf<'step/judged'>,
    'type' | 'stepId' | 'runId' | 'verdict' | 'category' | 'argv' | 'grantId'
  > &
    Judged &
    JudgedFacts;
  'step/started': Pick<EventOf<'step/started'>, 'type' | 'stepId' | 'runId'>;
  'step/finished': Pick<
    EventOf<'step/finished'>,
    'type' | 'stepId' | 'runId' | 'outcome' | 'exitCode' | 'signal' | 'feedback'
  > & {
    readonly output?:
      | { readonly stdout: { readonly totalBytes: number }; readonly stderr: { readonly totalBytes: number } }
      | undefined;
  };
  'approval/asked': Pick<EventOf<'approval/asked'>, 'type' | 'approvalId' | 'stepId' | 'runId' | 'text'> &
    Judged;
  'wall/denied': Pick<EventOf<'wall/denied'>, 'type' | 'stepId' | 'runId' | 'op' | 'path' | 'host' | 'rule'>;
}

/** An event of one type as far as rows need it; every event is one. */
export type RowEventOf<T extends EventType> = T extends keyof Short ? Head & Short[T] : EventOf<T>;

/**
 * An event as far as rows need it. Whoever reads events from elsewhere has to check no more than this; that rows read no
 * more is for the compiler to say.
 */
export type RowEvent = { [T in EventType]: RowEventOf<T> }[EventType];
