/** Ports and processes of the double of Electron: real message channels, and, where wanted, a real process behind them. */
import { fork } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { PortEnd } from '../../src/desktop/electron-port.ts';

type Listener = (...values: never[]) => void;
/** Emits what a test says happens. */
export class Emitter {
  readonly emitter = new EventEmitter();
  on(event: string, listener: Listener): this {
    this.emitter.on(event, listener as (...values: unknown[]) => void);
    return this;
  }
  emit(event: string, ...values: unknown[]): void {
    this.emitter.emit(event, ...values);
  }
}

/** An event that a listener may prevent. */
export function preventable<T extends object>(fields: T) {
  const event = {
    ...fields,
    isPrevented: false,
    preventDefault: () => {
      event.isPrevented = true;
    },
  };
  return event;
}

export class PortDouble extends Emitter implements PortEnd {
  readonly #port: MessagePort;
  constructor(port: MessagePort) {
    super();
    this.#port = port;
    port.on('close', () => this.emit('close'));
  }
  start(): void {
    this.#port.on('message', (data: unknown) => this.emit('message', { data, ports: [] }));
  }
  postMessage(message: unknown): void {
    this.#port.postMessage(message);
  }
  close(): void {
    this.#port.close();
  }
}

export class ChannelDouble {
  readonly port1: PortDouble;
  readonly port2: PortDouble;
  constructor() {
    const { port1, port2 } = new MessageChannel();
    this.port1 = new PortDouble(port1);
    this.port2 = new PortDouble(port2);
  }
}

/** The child's end, as the shell sees it; `real` ones are below. */
export class ChildDouble extends Emitter {
  readonly posted: { message: unknown; ports: readonly PortEnd[] }[] = [];
  readonly args: readonly string[];
  isKilled = false;
  constructor(args: readonly string[]) {
    super();
    this.args = args;
  }
  postMessage(message: unknown, ports: readonly PortEnd[] = []): void {
    this.posted.push({ message, ports });
  }
  kill(): boolean {
    this.isKilled = true;
    this.emit('exit', 1);
    return true;
  }
}

/** A real process behind the same face: its ports are carried over the channel that Node gives to a forked child. */
export class RealChild extends ChildDouble {
  readonly process: ReturnType<typeof fork>;
  readonly #ports = new Map<number, PortEnd>();

  constructor(modulePath: string, args: readonly string[]) {
    super(args);
    const shim = new URL('utility-child.ts', import.meta.url).href;
    this.process = fork(modulePath, args, { execArgv: ['--import', shim], stdio: ['ignore', 2, 2, 'ipc'] });
    this.process.on('message', (said: { port?: number; data?: unknown; isClosed?: boolean }) => {
      if (said.port === undefined) this.emit('message', said.data);
      else if (said.isClosed === true) this.#ports.get(said.port)?.close();
      else this.#ports.get(said.port)?.postMessage(said.data);
    });
    this.process.on('exit', (code) => {
      for (const port of this.#ports.values()) port.close();
      this.emit('exit', code ?? 1);
    });
  }
  override postMessage(message: unknown, ports: readonly PortEnd[] = []): void {
    super.postMessage(message, ports);
    const ids = ports.map((port) => this.#carry(port));
    this.#send({ data: message, ports: ids });
  }
  override kill(): boolean {
    return this.process.kill('SIGKILL');
  }
  #carry(port: PortEnd): number {
    const id = this.#ports.size + 1;
    this.#ports.set(id, port);
    port.on('message', ({ data }) => this.#send({ port: id, data }));
    port.on('close', () => this.#send({ port: id, isClosed: true }));
    port.start();
    return id;
  }
  /** A child that was killed is connected until its exit is told; what it is sent meanwhile is lost, as in Electron. */
  #send(said: object): void {
    if (this.process.connected) this.process.send(said, () => undefined);
  }
}
