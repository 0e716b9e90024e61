import {
  type Approval,
  Event,
  type MethodName,
  type MethodParams,
  type MethodResult,
  type NotificationInput,
  type NotificationListeners,
  type NotificationName,
  type NotificationParams,
  type Pipe,
  PROTOCOL_VERSION,
  RpcPeer,
  type SessionId,
} from '../protocol/index.ts';

/** What a subscriber is told, in the order it happened. */
export interface EventListener {
  onEvent(event: Event): void;
  /** This reader was too slow and has missed events: take a new snapshot. */
  onCut?(): void;
}

/** How one speaks to an engine. Every call throws the engine's fault, or a `peer` fault when the connection ends. */
export interface EngineClient {
  call<M extends MethodName>(method: M, params: MethodParams<M>): Promise<MethodResult<M>>;
  notify<N extends NotificationName>(name: N, params: NotificationInput<N>): void;
  /** Listens until the returned function is called. */
  on<N extends NotificationName>(name: N, listener: (params: NotificationParams<N>) => void): () => void;
  /** Introduces this client; must be the first call. The caller compares the versions. */
  hello(client: string, version: string): Promise<MethodResult<'engine/hello'>>;
  /** Follows one session from its first event, or all sessions from now on; tells the open questions. */
  subscribe(
    options: { sessionId?: SessionId; mayAnswer?: boolean },
    listener: EventListener,
  ): Promise<readonly Approval[]>;
  /** Tells of every message that was none, or of another shape: something was missed. */
  onMalformed(listener: () => void): void;
  readonly isClosed: boolean;
  onClose(listener: () => void): void;
  close(): void;
}

type Listeners = { [N in NotificationName]: Set<(params: NotificationParams<N>) => void> };

/** Speaks to an engine over a pipe, in the methods and notices of the protocol. */
export function createEngineClient(pipe: Pipe): EngineClient {
  const listeners: Listeners = {
    'event/appended': new Set(),
    'output/added': new Set(),
    'stream/data': new Set(),
    'stream/end': new Set(),
    'stream/credit': new Set(),
    'overview/changed': new Set(),
    'rows/changed': new Set(),
    'terminal/data': new Set(),
    'terminal/size': new Set(),
  };
  const malformedListeners: (() => void)[] = [];
  const peer: RpcPeer = new RpcPeer(
    {
      send: (line) => pipe.send(line),
      onClose: (listener) => pipe.onClose(listener),
      close: () => pipe.close(),
      onLine: (listener) =>
        pipe.onLine((line) => {
          const before = peer.malformedCount;
          listener(line);
          if (peer.malformedCount > before) for (const tell of malformedListeners) tell();
        }),
    },
    {},
    createFanOut(listeners),
  );
  const client: EngineClient = {
    call: (method, params) => peer.request(method, params),
    notify: (name, params) => peer.notify(name, params),
    on: (name, listener) => {
      const set: Set<typeof listener> = listeners[name];
      set.add(listener);
      return () => set.delete(listener);
    },
    hello: (name, version) =>
      peer.request('engine/hello', { protocolVersion: PROTOCOL_VERSION, client: name, version }),
    subscribe: async ({ sessionId, mayAnswer = false }, listener) => {
      const take = (value: unknown): void => takeEvent(value, sessionId, listener);
      client.on('event/appended', ({ events }) => {
        for (const value of events) take(value);
      });
      const answer = await peer.request('event/subscribe', { sessionId, mayAnswer });
      return answer.approvals;
    },
    onMalformed: (listener) => void malformedListeners.push(listener),
    get isClosed() {
      return peer.isClosed;
    },
    onClose: (listener) => peer.onClose(listener),
    close: () => peer.close(),
  };
  return client;
}

function createFanOut(listeners: Listeners): NotificationListeners {
  function tell<P>(set: Set<(params: P) => void>): (params: P) => void {
    return (params) => {
      for (const listener of [...set]) listener(params);
    };
  }
  return {
    'event/appended': tell(listeners['event/appended']),
    'output/added': tell(listeners['output/added']),
    'stream/data': tell(listeners['stream/data']),
    'stream/end': tell(listeners['stream/end']),
    'stream/credit': tell(listeners['stream/credit']),
    'overview/changed': tell(listeners['overview/changed']),
    'rows/changed': tell(listeners['rows/changed']),
    'terminal/data': tell(listeners['terminal/data']),
    'terminal/size': tell(listeners['terminal/size']),
  };
}

function takeEvent(value: unknown, sessionId: SessionId | undefined, listener: EventListener): void {
  const event = Event.safeParse(value);
  // a marker of the engine, or an event of a kind that this client does not know: it has missed something
  if (!event.success) listener.onCut?.();
  else if (sessionId === undefined || event.data.sessionId === sessionId) listener.onEvent(event.data);
}
