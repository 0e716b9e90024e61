/**
 * What a page is told of all sessions and of every question.
 *
 * Promises: nothing that was asked or settled after the snapshot is left out, and it is sent at once; a session's head
 * comes at most four times a second, and the last one always comes. A reader that is slow gets what is newest when it
 * reads again; one that stays away while very much happens is cut off, and begins with a new snapshot.
 */
import type { Engine } from '../engine/index.ts';
import {
  type Approval,
  type ApprovalId,
  type Event,
  type MethodResult,
  type NotificationInput,
  type RpcPeer,
  type SessionHead,
  type SessionId,
  type SettledApproval,
  settledAnswer,
} from '../protocol/index.ts';
import type { SocketPipe } from './pipe-socket.ts';

/** Between two heads of the same session. */
const HEAD_PAUSE_MS = 250;
const SLOW_BYTES = 1024 * 1024;
const MAX_WAITING = 10_000;
/** Questions and answers in one message. */
const MAX_AT_ONCE = 100;

export interface OverviewWatch {
  /** The snapshot; from here on changes are sent behind it. Called again it only gives a new snapshot. */
  start(): Promise<MethodResult<'overview/watch'>>;
  end(): void;
}

export interface OverviewPorts {
  readonly engine: Engine;
  readonly notify: RpcPeer['notify'];
  readonly pipe: Pick<SocketPipe, 'unsentBytes' | 'whenNotFull'>;
  /** Ends a connection whose reader stays away. */
  readonly fail: () => void;
}

export function createOverviewWatch(ports: OverviewPorts): OverviewWatch {
  return new Overview(ports);
}

class Overview implements OverviewWatch {
  readonly #ports: OverviewPorts;
  readonly #heads = new Map<SessionId, SessionHead>();
  /** Sessions whose last head was sent a moment ago. */
  readonly #resting = new Map<SessionId, NodeJS.Timeout>();
  readonly #asked = new Map<ApprovalId, Approval>();
  readonly #settled = new Map<ApprovalId, SettledApproval>();
  #stops: (() => void)[] = [];
  #isHeld = false;
  #hasEnded = false;

  constructor(ports: OverviewPorts) {
    this.#ports = ports;
  }

  async start(): Promise<MethodResult<'overview/watch'>> {
    const { engine } = this.#ports;
    if (this.#stops.length === 0) {
      this.#stops = [
        engine.subscribe((events) => this.#takeEvents(events)),
        engine.onSessionHead((head) => this.#takeHead(head)),
      ];
    }
    // nothing may overtake the snapshot
    this.#isHeld = true;
    try {
      const sessions = await engine.listSessions();
      return { about: engine.about(), sessions: [...sessions], approvals: [...engine.listApprovals()] };
    } finally {
      setImmediate(() => {
        this.#isHeld = false;
        this.#send();
      });
    }
  }

  end(): void {
    this.#hasEnded = true;
    for (const stop of this.#stops.splice(0)) stop();
    for (const timer of this.#resting.values()) clearTimeout(timer);
    this.#resting.clear();
  }

  #takeEvents(events: readonly Event[]): void {
    for (const event of events) this.#takeEvent(event);
    if (this.#asked.size + this.#settled.size > MAX_WAITING) this.#ports.fail();
    else this.#send();
  }

  #takeEvent(event: Event): void {
    if (event.type === 'approval/asked') {
      const { type, seq, at, ...approval } = event;
      this.#asked.set(event.approvalId, approval);
      return;
    }
    const settled = settledBy(event);
    if (settled === undefined) return;
    this.#asked.delete(settled.approvalId);
    this.#settled.set(settled.approvalId, settled);
  }

  #takeHead(head: SessionHead): void {
    this.#heads.set(head.sessionId, head);
    if (!this.#resting.has(head.sessionId)) this.#send();
  }

  /** Sends what may be sent now. */
  #send(): void {
    if (this.#isHeld || this.#hasEnded) return;
    const { pipe, notify } = this.#ports;
    if (pipe.unsentBytes() > SLOW_BYTES) {
      this.#isHeld = true;
      void pipe.whenNotFull().then(() => {
        this.#isHeld = false;
        this.#send();
      });
      return;
    }
    let message = this.#takeMessage();
    while (message !== undefined) {
      notify('overview/changed', message);
      message = this.#takeMessage();
    }
  }

  #takeMessage(): NotificationInput<'overview/changed'> | undefined {
    const approvals = takeSome(this.#asked);
    const settled = takeSome(this.#settled);
    const sessions = [...this.#heads.values()].filter((head) => !this.#resting.has(head.sessionId));
    for (const { sessionId } of sessions) {
      this.#heads.delete(sessionId);
      this.#rest(sessionId);
    }
    if (approvals.length + settled.length + sessions.length === 0) return undefined;
    return { sessions, approvals, settled };
  }

  #rest(sessionId: SessionId): void {
    const timer = setTimeout(() => {
      this.#resting.delete(sessionId);
      if (this.#heads.has(sessionId)) this.#send();
    }, HEAD_PAUSE_MS);
    this.#resting.set(sessionId, timer);
  }
}

function takeSome<K, V>(map: Map<K, V>): V[] {
  const taken = [...map].slice(0, MAX_AT_ONCE);
  for (const [key] of taken) map.delete(key);
  return taken.map(([, value]) => value);
}

function settledBy(event: Event): SettledApproval | undefined {
  const { sessionId, at: settledAt } = event;
  switch (event.type) {
    case 'approval/answered':
      return { approvalId: event.approvalId, sessionId, ...settledAnswer(event), settledAt };
    case 'approval/withdrawn':
      return { approvalId: event.approvalId, sessionId, outcome: 'withdrawn', by: event.reason, settledAt };
    case 'approval/expired':
      return { approvalId: event.approvalId, sessionId, outcome: 'expired', settledAt };
    default:
      return undefined;
  }
}
