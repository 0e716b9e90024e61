import { Fault, type Pipe, PROTOCOL_VERSION, toFault } from '../protocol/index.ts';
import { createEngineClient, type EngineClient } from './engine-client.ts';
import { Heartbeat } from './heartbeat.ts';
import type { LivePorts } from './live-ports.ts';
import type { Connection } from './live-view.ts';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5000;
/** From the first try to the first view; an engine that takes longer is as good as none. */
const BEGIN_LIMIT_MS = 15_000;

export interface ConnectionLoopPorts extends LivePorts {
  /** Opens a pipe to the engine. Throws a fault `signed-out` when the page may not have one. */
  connect(): Promise<Pipe>;
  readonly clientName: string;
  readonly version: string;
  /** Takes the first view from the engine; what it throws counts as no connection. */
  begin(client: EngineClient): Promise<void>;
  onConnection(connection: Connection): void;
  /** There is no connection, or no longer. */
  onLost(): void;
}

/**
 * Keeps a connection to the engine: when it ends, or does not come about, it tries again, ever more seldom. One on which
 * nothing is heard any more has ended too.
 */
export class ConnectionLoop {
  readonly #ports: ConnectionLoopPorts;
  #connection: Connection = { state: 'connecting' };
  #client: EngineClient | undefined;
  /** Grows with every try, so that what belongs to an earlier one is known. */
  #round = 0;
  #attempt = 0;
  #lostSince: number | undefined;
  #wasReady = false;
  #isTrying = false;
  #hasEnded = false;
  #stopTimer = (): void => undefined;
  readonly #heartbeat: Heartbeat;

  constructor(ports: ConnectionLoopPorts) {
    this.#ports = ports;
    this.#heartbeat = new Heartbeat({
      nowMs: () => ports.nowMs(),
      setTimer: (callback, delayMs) => ports.setTimer(callback, delayMs),
      // the least that can be asked for, and it changes nothing; a fault is a word too
      ask: () => void this.#client?.hello(ports.clientName, ports.version).catch(() => undefined),
      onSilence: () => this.#lose(this.#round),
    });
  }

  /** The connection, while it is there and its first view was taken. */
  get client(): EngineClient | undefined {
    return this.#connection.state === 'ready' ? this.#client : undefined;
  }

  start(): void {
    void this.#try();
  }

  /** Tries now, unless it is connected or trying already. */
  retryNow(): void {
    const connection = this.#connection;
    if (this.#isTrying) return;
    if (connection.state === 'lost') this.#tell({ ...connection, retryAt: this.#ports.nowMs() });
    else if (connection.state === 'refused') this.#tell({ state: 'connecting' });
    else return;
    this.#stopTimer();
    void this.#try();
  }

  end(): void {
    this.#hasEnded = true;
    this.#round += 1;
    this.#stopTimer();
    this.#heartbeat.stop();
    this.#client?.close();
  }

  async #try(): Promise<void> {
    this.#round += 1;
    const mine = this.#round;
    this.#isTrying = true;
    const stopLimit = this.#ports.setTimer(() => {
      if (mine === this.#round) this.#lose(mine);
    }, BEGIN_LIMIT_MS);
    try {
      const client = await this.#open(mine);
      if (client === undefined) return;
      await this.#ports.begin(client);
      if (mine !== this.#round || client.isClosed) return;
      this.#isTrying = false;
      this.#attempt = 0;
      this.#wasReady = true;
      this.#heartbeat.start();
      this.#tell({ state: 'ready' });
    } catch (thrown) {
      if (mine === this.#round) this.#fail(mine, toFault(thrown));
    } finally {
      stopLimit();
    }
  }

  /** A client that has introduced itself; `undefined` when it is not wanted any more. */
  async #open(mine: number): Promise<EngineClient | undefined> {
    const pipe = await this.#ports.connect();
    if (mine !== this.#round) {
      pipe.close();
      return undefined;
    }
    const client = createEngineClient({ ...pipe, onLine: (listener) => pipe.onLine(this.#hear(listener)) });
    this.#client = client;
    client.onClose(() => {
      if (mine === this.#round) this.#lose(mine);
    });
    const { protocolVersion } = await client.hello(this.#ports.clientName, this.#ports.version);
    if (protocolVersion === PROTOCOL_VERSION) return client;
    throw new Fault({
      kind: 'peer',
      code: 'wrong-protocol',
      message:
        protocolVersion > PROTOCOL_VERSION
          ? 'The engine is newer than this page. Load the page again.'
          : 'The engine is older than this page. End it when its sessions are done, and start Sallyport again.',
    });
  }

  #hear(listener: (line: string) => void): (line: string) => void {
    return (line) => {
      this.#heartbeat.heard();
      listener(line);
    };
  }

  #fail(mine: number, { code, message }: Fault): void {
    if (code !== 'signed-out' && code !== 'wrong-protocol') {
      this.#lose(mine);
      return;
    }
    this.#leave();
    this.#tell({ state: 'refused', reason: code === 'signed-out' ? 'signed-out' : 'version', message });
  }

  #lose(mine: number): void {
    if (mine !== this.#round || this.#hasEnded) return;
    const { nowMs, random, setTimer } = this.#ports;
    const wasReady = this.#connection.state === 'ready';
    this.#leave();
    if (wasReady || this.#lostSince === undefined) this.#lostSince = nowMs();
    this.#attempt += 1;
    const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (this.#attempt - 1));
    // pages that lost the same engine must not all come back at the same moment
    const delayMs = Math.max(FIRST_PAUSE_MS, Math.round(pause * (0.5 + random() / 2)));
    this.#tell({
      state: 'lost',
      since: this.#lostSince,
      attempt: this.#attempt,
      retryAt: nowMs() + delayMs,
      wasReady: this.#wasReady,
    });
    this.#stopTimer = setTimer(() => void this.#try(), delayMs);
    this.#ports.onLost();
  }

  /** Whatever belongs to this try is over. */
  #leave(): void {
    this.#round += 1;
    this.#isTrying = false;
    this.#heartbeat.stop();
    const client = this.#client;
    this.#client = undefined;
    client?.close();
  }

  #tell(connection: Connection): void {
    this.#connection = connection;
    this.#ports.onConnection(connection);
  }
}
