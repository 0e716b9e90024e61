/**
 * What one client is told of the journal.
 *
 * Promises: a subscriber of one session gets every event after the number it named, once, in order, however slowly it
 * reads: what does not fit is read from the history later. A subscriber of all sessions that falls behind is cut off
 * and told so by one marker in place of what it missed; it then takes a new snapshot. Output is dropped when the
 * reader is slow. So no reader makes the engine keep more than a few megabytes for it.
 */
import type { Engine } from '../engine/index.ts';
import { type Event, Fault, type RpcPeer, type SessionId } from '../protocol/index.ts';
import type { SocketPipe } from './pipe-socket.ts';

const PAGE_EVENTS = 200;
const OUTPUT_LIMIT_BYTES = 512 * 1024;
const LIVE_LIMIT_BYTES = 1024 * 1024;
const CUT_LIMIT_BYTES = 4 * 1024 * 1024;
const MAX_SUBSCRIPTIONS = 64;

/** Stands in a batch of events where a slow reader has missed some. */
const CUT_MARKER = { type: 'subscription/cut' } as const;

export interface Subscriptions {
  /** One session after `after`, then live; all sessions live when there is no `sessionId`. */
  add(params: { sessionId?: SessionId | undefined; after: number }): void;
  end(): void;
}

export interface SubscriptionPorts {
  readonly engine: Engine;
  readonly notify: RpcPeer['notify'];
  readonly pipe: Pick<SocketPipe, 'unsentBytes' | 'whenNotFull'>;
  /** The history cannot be read: the client is better told by a closed connection than left waiting. */
  readonly fail: () => void;
}

export function createSubscriptions(ports: SubscriptionPorts): Subscriptions {
  const endings: (() => void)[] = [];
  return {
    add: ({ sessionId, after }) => {
      if (endings.length >= MAX_SUBSCRIPTIONS) {
        throw new Fault({ kind: 'peer', code: 'too-many-subscriptions', message: 'too many subscriptions' });
      }
      endings.push(sessionId === undefined ? followAll(ports) : followSession(ports, sessionId, after));
    },
    end: () => {
      for (const end of endings.splice(0)) end();
    },
  };
}

function followAll({ engine, notify, pipe }: SubscriptionPorts): () => void {
  let isCut = false;
  let hasEnded = false;
  const stop = engine.subscribe((events) => {
    if (isCut) return;
    if (pipe.unsentBytes() <= CUT_LIMIT_BYTES) {
      sendEvents(notify, events);
      return;
    }
    isCut = true;
    void pipe.whenNotFull().then(() => {
      isCut = false;
      if (!hasEnded) notify('event/appended', { events: [CUT_MARKER] });
    });
  });
  return () => {
    hasEnded = true;
    stop();
  };
}

function followSession(ports: SubscriptionPorts, sessionId: SessionId, after: number): () => void {
  const { engine, notify, pipe, fail } = ports;
  let sentSeq = after;
  let isReading = false;
  let isBehind = true;
  let hasEnded = false;

  async function catchUp(): Promise<void> {
    if (isReading) return;
    isReading = true;
    while (isBehind && !hasEnded) {
      isBehind = false;
      await pipe.whenNotFull();
      const page = await engine.readEvents(sessionId, sentSeq, PAGE_EVENTS);
      send(page);
      if (page.length > 0) isBehind = true;
    }
    isReading = false;
  }
  function send(events: readonly Event[]): void {
    const fresh = events.filter((event) => event.seq > sentSeq);
    if (fresh.length === 0 || hasEnded) return;
    sendEvents(notify, fresh);
    sentSeq = fresh.at(-1)?.seq ?? sentSeq;
  }

  const stopEvents = engine.subscribe((events) => {
    const mine = events.filter((event) => event.sessionId === sessionId);
    const [first] = mine;
    if (first === undefined) return;
    const isNext = !isReading && !isBehind && first.seq <= sentSeq + 1;
    if (isNext && pipe.unsentBytes() <= LIVE_LIMIT_BYTES) {
      send(mine);
      return;
    }
    isBehind = true;
    catchUp().catch(fail);
  });
  const stopOutput = engine.subscribeOutput((notice) => {
    if (notice.sessionId !== sessionId || pipe.unsentBytes() > OUTPUT_LIMIT_BYTES) return;
    const { runId, stream, offset, text } = notice;
    notify('output/added', { sessionId, runId, stream, offset, text });
  });
  // after the answer to the request is on its way
  setImmediate(() => {
    catchUp().catch(fail);
  });
  return () => {
    hasEnded = true;
    stopEvents();
    stopOutput();
  };
}

/** Sends a batch, in halves where it is too long for one line. */
function sendEvents(notify: RpcPeer['notify'], events: readonly Event[]): void {
  try {
    notify('event/appended', { events: [...events] });
  } catch (thrown) {
    if (!(thrown instanceof Fault) || thrown.code !== 'too-long') throw thrown;
    if (events.length === 1) {
      notify('event/appended', { events: [CUT_MARKER] });
      return;
    }
    const middle = Math.ceil(events.length / 2);
    sendEvents(notify, events.slice(0, middle));
    sendEvents(notify, events.slice(middle));
  }
}
