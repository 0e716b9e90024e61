/**
 * The head of a session that has ended, without folding its events: what it needs stands in its first events, its last
 * one, and those of its last script. It is the same as the fold over all of its events.
 */
import type Database from 'better-sqlite3';
import type { EventOf, EventType, SessionHead, SessionId } from '../../protocol/index.ts';
import { activityOf, isRootStep, policyWordOf, scriptOutcomeOf } from '../../timeline/index.ts';
import { parseEvent } from './parse-event.ts';

interface SessionColumns {
  readonly state: SessionHead['state'];
  readonly origin: string;
  readonly title: string;
  readonly openedAt: number;
  readonly closedAt: number | null;
  readonly headSeq: number;
}

type Script = EventOf<'step/proposed'>;

/** Events that are looked through for the end of a script. */
const MAX_SEARCHED = 2000;

/** Undefined where the history has no such session. Throws a `host` fault where it is damaged. */
export function readHead(db: Database.Database, sessionId: SessionId): SessionHead | undefined {
  const columns: unknown = db.prepare('SELECT * FROM sessions WHERE sessionId = ?').get(sessionId);
  if (columns === undefined) return undefined;
  const { state, origin, title, openedAt, closedAt, headSeq } = columns as SessionColumns;
  const events = new SessionEvents(db, sessionId);
  const opened = events.first('session/opened');
  const config = events.last('config/snapshot')?.content;
  const last = db.prepare('SELECT at FROM events WHERE sessionId = ? AND seq = ?').pluck();
  return {
    sessionId,
    title,
    origin,
    agentName: opened?.agentName ?? '',
    workspace: opened?.workspace ?? '',
    ...(opened?.hasTerminal === true && { hasTerminal: true }),
    state,
    isPaused: false,
    isWorking: false,
    openedAt,
    ...(closedAt !== null && { closedAt }),
    lastAt: Number(last.get(sessionId, headSeq) ?? openedAt),
    sandboxMode: config?.sandboxMode ?? '',
    approvalPolicy: config === undefined ? '' : policyWordOf(config.approvalPolicy),
    ...readScripts(events, headSeq),
    openApprovals: 0,
    lastSeq: headSeq,
  };
}

/** What the last script was, and how the last one ended that came to an end. */
function readScripts(events: SessionEvents, lastSeq: number): Pick<SessionHead, 'activity' | 'outcome'> {
  let behind = lastSeq + 1;
  const last = events.lastScript(behind);
  const activity = last === undefined ? '' : activityOf(last.text);
  for (let script = last; script !== undefined; script = events.lastScript(behind)) {
    const end = events.endOf(script, behind);
    if (end !== undefined) return { activity, outcome: scriptOutcomeOf(end) };
    behind = script.seq - 1;
  }
  return { activity, outcome: 'none' };
}

interface Wanted {
  /** `seq` from here on, up to there. */
  readonly span?: readonly [from: number, to: number];
  readonly order?: 'ASC' | 'DESC';
  /** A field in the stored text, exactly as it is stored. */
  readonly having?: string;
  /** Walks along the numbers instead of the index over types: short where what is wanted is near. */
  readonly isNear?: boolean;
}

class SessionEvents {
  readonly #db: Database.Database;
  readonly #sessionId: SessionId;

  constructor(db: Database.Database, sessionId: SessionId) {
    this.#db = db;
    this.#sessionId = sessionId;
  }

  first<T extends EventType>(type: T): EventOf<T> | undefined {
    return this.#read(type, { order: 'ASC', isNear: true });
  }

  last<T extends EventType>(type: T): EventOf<T> | undefined {
    return this.#read(type, {});
  }

  /** A script is proposed right behind the start of its turn, of which there are few. */
  lastScript(before: number): Script | undefined {
    const turn = this.#read('turn/started', { span: [0, before - 1] });
    if (turn === undefined) return undefined;
    const script = this.#read('step/proposed', { span: [turn.seq + 1, turn.seq + 1], isNear: true });
    return script !== undefined && isRootStep(script) ? script : this.lastScript(turn.seq);
  }

  /**
   * The end of the script's own run, in front of `behind`: among the runs of its step the last one that was not
   * judged. Little comes between it and the next script.
   */
  endOf(script: Script, behind: number): EventOf<'step/finished'> | undefined {
    const having = `"stepId":"${script.stepId}"`;
    const from = Math.max(script.seq, behind - MAX_SEARCHED);
    for (let to = behind - 1; ; ) {
      const end = this.#read('step/finished', { span: [from, to], having, isNear: true });
      if (end === undefined || !this.#isJudged(script, end)) return end;
      to = end.seq - 1;
    }
  }

  #isJudged(script: Script, { output, runId, seq }: EventOf<'step/finished'>): boolean {
    if (output !== undefined) return false;
    const having = `"runId":"${runId}"`;
    const from = Math.max(script.seq, seq - MAX_SEARCHED);
    return this.#read('step/judged', { span: [from, seq], having, isNear: true }) !== undefined;
  }

  #read<T extends EventType>(type: T, wanted: Wanted): EventOf<T> | undefined {
    const { span = [0, Number.MAX_SAFE_INTEGER], order = 'DESC', having = '', isNear = false } = wanted;
    const source = isNear ? 'events' : 'events INDEXED BY eventsByType';
    const row = this.#db
      .prepare(
        `SELECT seq, body FROM ${source} WHERE sessionId = ? AND ${isNear ? '+' : ''}type = ?
           AND seq BETWEEN ? AND ? AND (? = '' OR instr(body, ?) > 0) ORDER BY seq ${order} LIMIT 1`,
      )
      .get(this.#sessionId, type, ...span, having, having) as { seq: number; body: string } | undefined;
    if (row === undefined) return undefined;
    const event = parseEvent(row.body, `Event ${row.seq} of session ${this.#sessionId}`);
    return event.type === type ? (event as EventOf<T>) : undefined;
  }
}
