/** Loaded before the engine's host in a plain child process: gives it the `process.parentPort` of a utility process. */
import { EventEmitter } from 'node:events';

interface Said {
  readonly port?: number;
  readonly data?: unknown;
  readonly ports?: readonly number[];
  readonly isClosed?: boolean;
}

const send = (said: Said): void => void process.send?.(said);

class ChildPort extends EventEmitter {
  readonly #id: number;
  readonly #early: unknown[] = [];
  #isStarted = false;
  #isClosed = false;
  constructor(id: number) {
    super();
    this.#id = id;
  }
  start(): void {
    this.#isStarted = true;
    for (const data of this.#early.splice(0)) this.emit('message', { data, ports: [] });
  }
  take(data: unknown): void {
    if (this.#isStarted) this.emit('message', { data, ports: [] });
    else this.#early.push(data);
  }
  postMessage(data: unknown): void {
    if (!this.#isClosed) send({ port: this.#id, data });
  }
  /** Either end has closed it. */
  end(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.emit('close');
  }
  close(): void {
    send({ port: this.#id, isClosed: true });
    this.end();
  }
}

const ports = new Map<number, ChildPort>();
const parent = Object.assign(new EventEmitter(), { postMessage: (data: unknown) => send({ data }) });
process.on('message', ({ port, data, ports: ids = [], isClosed }: Said) => {
  if (port === undefined) {
    const made = ids.map((id) => new ChildPort(id));
    for (const [at, id] of ids.entries()) ports.set(id, made[at] ?? new ChildPort(id));
    parent.emit('message', { data, ports: made });
  } else if (isClosed === true) ports.get(port)?.end();
  else ports.get(port)?.take(data);
});
// a utility process ends with its parent
process.on('disconnect', () => process.exit(1));
Object.defineProperty(process, 'parentPort', { value: parent });
