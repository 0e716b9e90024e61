/**
 * What a page is told of the one terminal that it shows.
 *
 * Promises: bytes come in their order, each piece with its place; a reader that is slow, or a program that prints more
 * than anybody can read, has the middle left out and gets what was printed last. So no page makes the engine keep more
 * than a message for it, or slows the program down.
 */
import type { SessionTerminal } from '../engine/index.ts';
import type { MethodResult, RpcPeer, SessionId } from '../protocol/index.ts';
import type { SocketPipe } from './pipe-socket.ts';

/** Between two messages. */
const PAUSE_MS = 24;
const SLOW_BYTES = 512 * 1024;
/** A page that begins is sent all that is kept, in pieces of this size. */
const PIECE_BYTES = 96 * 1024;
/** When more than this is printed between two messages, what comes is the end of it. */
const MAX_BEHIND_BYTES = 2 * 1024 * 1024;
const KEPT_WHEN_CUT_BYTES = 64 * 1024;

export interface TerminalWatch {
  /** Follows this terminal in place of the one before. */
  watch(sessionId: SessionId, terminal: SessionTerminal): MethodResult<'terminal/watch'>;
  /** Follows none. */
  end(): void;
}

export interface TerminalWatchPorts {
  readonly notify: RpcPeer['notify'];
  readonly pipe: Pick<SocketPipe, 'unsentBytes' | 'whenNotFull'>;
}

export function createTerminalWatch(ports: TerminalWatchPorts): TerminalWatch {
  let current: FollowedTerminal | undefined;
  return {
    watch: (sessionId, terminal) => {
      current?.end();
      current = new FollowedTerminal(ports, sessionId, terminal);
      const { columns, rows } = terminal.size;
      return { size: { columns, rows }, mayResize: terminal.isOfPage, offset: current.offset };
    },
    end: () => {
      current?.end();
      current = undefined;
    },
  };
}

class FollowedTerminal {
  readonly #ports: TerminalWatchPorts;
  readonly #sessionId: SessionId;
  readonly #terminal: SessionTerminal;
  readonly #stop: () => void;
  /** Everything up to here has been sent or left out. */
  #sent: number;
  /** Everything up to here has been printed. */
  #printed: number;
  #timer: NodeJS.Timeout | undefined;
  #isWaiting = false;
  #hasEnded = false;

  constructor(ports: TerminalWatchPorts, sessionId: SessionId, terminal: SessionTerminal) {
    this.#ports = ports;
    this.#sessionId = sessionId;
    this.#terminal = terminal;
    const { offset, data } = terminal.read();
    this.#sent = offset;
    this.#printed = offset + data.length;
    this.#stop = terminal.watch({
      onData: (at, bytes) => {
        this.#printed = at + bytes.length;
        if (this.#timer === undefined) this.#send();
      },
      onSize: ({ columns, rows }) => ports.notify('terminal/size', { sessionId, size: { columns, rows } }),
    });
    // nothing may overtake the answer to the request
    this.#pause(0);
  }

  get offset(): number {
    return this.#sent;
  }

  end(): void {
    this.#hasEnded = true;
    clearTimeout(this.#timer);
    this.#stop();
  }

  #pause(ms: number): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#send();
    }, ms);
  }

  #send(): void {
    if (this.#hasEnded || this.#isWaiting || this.#sent === this.#printed) return;
    if (this.#ports.pipe.unsentBytes() > SLOW_BYTES) {
      this.#isWaiting = true;
      void this.#ports.pipe.whenNotFull().then(() => {
        this.#isWaiting = false;
        this.#pause(PAUSE_MS);
      });
      return;
    }
    const isFlood = this.#printed - this.#sent > MAX_BEHIND_BYTES;
    const { offset, data } = this.#terminal.read(isFlood ? this.#printed - KEPT_WHEN_CUT_BYTES : this.#sent);
    const piece = Buffer.from(data.subarray(0, PIECE_BYTES));
    this.#sent = offset + piece.length;
    this.#ports.notify('terminal/data', {
      sessionId: this.#sessionId,
      offset,
      data: piece.toString('base64'),
    });
    this.#pause(PAUSE_MS);
  }
}
