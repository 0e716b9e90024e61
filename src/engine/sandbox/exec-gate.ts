/**
 * The engine's end of the supervisor that holds programs and writes of one launch.
 *
 * Promises: a question reaches a handler once, in order; a line that is not exactly what the supervisor may say ends the
 * launch; when this end closes, the supervisor refuses everything and ends the launch.
 * Does not promise that the argv shown is the argv run when the caller has threads or shares its memory: the question
 * says so, and `onSwapped` tells when another program was started and killed.
 * Without the strict reading, a sandboxed program that got hold of the channel could answer for a person.
 */
import type { Socket } from 'node:net';
import { Fault } from '../../protocol/index.ts';
import { type GateMessage, parseGateLine } from './gate-message.ts';
import { encodeField } from './line-fields.ts';

/**
 * What is held: nothing; each program the root shell starts; also every call that changes files and that the wall would
 * stop, and connections to unix sockets of the host; also told, never held: reads that are refused, at the price of a
 * look at every file that is opened.
 */
export type GateMode = 'none' | 'exec' | 'exec,write' | 'exec,write,read';

export type HeldExec = Extract<GateMessage, { type: 'exec' }>;
export type HeldWrite = Extract<GateMessage, { type: 'write' }>;
export type HeldChange = Extract<GateMessage, { type: 'change' }>;
export type HeldConnect = Extract<GateMessage, { type: 'connect' }>;
export type SwappedStart = Extract<GateMessage, { type: 'swapped' }>;
export type GateDenial = Extract<GateMessage, { type: 'denied' }>;
export type GateHello = Extract<GateMessage, { type: 'hello' }>;
export type LimitHit = Extract<GateMessage, { type: 'limit' }>;
export type WatchedExit = Extract<GateMessage, { type: 'exit' }>;

/** What the supervisor tells. Absent handlers of questions mean: denied. */
export interface GateHandlers {
  onHello?(hello: GateHello): void;
  /** The root program runs; `pid` is the host's number for it. */
  onRoot?(pid: number): void;
  onExec?(held: HeldExec): void;
  onWrite?(held: HeldWrite): void;
  onChange?(held: HeldChange): void;
  onConnect?(held: HeldConnect): void;
  /** A call that the wall stopped and that is only reported: in that mode, and a connection to another machine always. */
  onDenied?(denial: GateDenial): void;
  /** Another program than the one that was let go had been started; it has been killed, and its exit is still told. */
  onSwapped?(swapped: SwappedStart): void;
  /** The launch used more than it may, and is being ended. */
  onLimit?(hit: LimitHit): void;
  /** After `through`: false means that from now on every program start is asked. */
  onCaptured?(pid: number, isCaptured: boolean): void;
  /** A run allowed with `watch`, or a caller that is held (then with its slot), has ended. */
  onExit?(exit: WatchedExit): void;
  /** The supervisor spoke nonsense; the launch has been ended. */
  onFault?(fault: Fault): void;
  /** The channel is closed: nothing more will come. */
  onEnd?(): void;
}

export interface ExecGate {
  /** Lets a held call go on; `watch` reports when that process ends. */
  allow(slot: number, watch?: 'watch'): void;
  /** Lets a launcher go on; what it starts is held in turn. */
  through(slot: number, watch?: 'watch'): void;
  /** Refuses a held call; the message appears on the caller's standard error. */
  deny(slot: number, message: string): void;
  /** What happens to changes and connections that the wall would stop. */
  setWrites(mode: 'hold' | 'pass' | 'report'): void;
  /** Signals the root program's process group, by number. */
  signal(signalNumber: number): void;
  /** Ends everything in the launch. */
  kill(): void;
  /** Closes the channel; what is pending is refused and the launch ends. */
  close(): void;
}

const MAX_LINE_BYTES = 1 << 20;
const MAX_MESSAGE_BYTES = 4096;
const NOBODY = 'sallyport: refused: nobody decides here';

/** Reads the supervisor's lines from `socket` and gives the means to answer. The first line must be its `hello`. */
export function attachExecGate(socket: Socket, launchId: string, handlers: GateHandlers): ExecGate {
  let isOpen = true;
  const send = (line: string): void => {
    if (isOpen && socket.writable) socket.write(`${line}\n`);
  };
  const gate: ExecGate = {
    allow: (slot, watch) => send(watch === undefined ? `allow ${slot}` : `allow ${slot} watch`),
    through: (slot, watch) => send(watch === undefined ? `through ${slot}` : `through ${slot} watch`),
    deny: (slot, message) => send(`deny ${slot} ${encodeField(message.slice(0, MAX_MESSAGE_BYTES))}`),
    setWrites: (mode) => send(`writes ${mode}`),
    signal: (signalNumber) => send(`signal ${signalNumber}`),
    kill: () => send('kill'),
    close: () => socket.end(),
  };
  const fail = (what: string): void => {
    if (!isOpen) return;
    gate.kill();
    isOpen = false;
    socket.end();
    const message = `The supervisor of launch ${launchId} said something it may not say: ${what}.`;
    handlers.onFault?.(new Fault({ kind: 'bug', code: 'gate-protocol', message }));
  };
  let isGreeted = false;
  const receive = (line: Buffer): void => {
    const message = parseGateLine(line);
    const isGreeting = message?.type === 'hello' && message.launch === launchId;
    if (message === null) fail('a malformed line');
    else if (isGreeted && message.type === 'hello') fail('a second greeting');
    else if (!isGreeted && !isGreeting) fail('no greeting');
    else deliver(message, handlers, gate);
    isGreeted = true;
  };
  readLines(socket, { receive: (line) => isOpen && receive(line), overflow: () => fail('an endless line') });
  socket.on('error', () => socket.destroy());
  socket.once('close', () => {
    isOpen = false;
    handlers.onEnd?.();
  });
  return gate;
}

function deliver(message: GateMessage, handlers: GateHandlers, gate: ExecGate): void {
  switch (message.type) {
    case 'hello':
      handlers.onHello?.(message);
      break;
    case 'root':
      handlers.onRoot?.(message.pid);
      break;
    case 'exec':
      if (handlers.onExec === undefined) gate.deny(message.slot, NOBODY);
      else handlers.onExec(message);
      break;
    case 'write':
      if (handlers.onWrite === undefined) gate.deny(message.slot, NOBODY);
      else handlers.onWrite(message);
      break;
    case 'change':
      if (handlers.onChange === undefined) gate.deny(message.slot, NOBODY);
      else handlers.onChange(message);
      break;
    case 'connect':
      if (handlers.onConnect === undefined) gate.deny(message.slot, NOBODY);
      else handlers.onConnect(message);
      break;
    case 'denied':
      handlers.onDenied?.(message);
      break;
    case 'swapped':
      handlers.onSwapped?.(message);
      break;
    case 'limit':
      handlers.onLimit?.(message);
      break;
    case 'captured':
      handlers.onCaptured?.(message.pid, message.ok);
      break;
    case 'exit':
      handlers.onExit?.(message);
  }
}

interface LineReader {
  receive(line: Buffer): void;
  overflow(): void;
}

function readLines(socket: Socket, reader: LineReader): void {
  let rest: Buffer[] = [];
  let restBytes = 0;
  socket.on('data', (chunk: Buffer) => {
    let start = 0;
    for (let end = chunk.indexOf(10, start); end >= 0; end = chunk.indexOf(10, start)) {
      reader.receive(Buffer.concat([...rest, chunk.subarray(start, end)]));
      rest = [];
      restBytes = 0;
      start = end + 1;
    }
    if (start < chunk.length) {
      rest.push(chunk.subarray(start));
      restBytes += chunk.length - start;
    }
    if (restBytes > MAX_LINE_BYTES) {
      rest = [];
      restBytes = 0;
      reader.overflow();
    }
  });
}
