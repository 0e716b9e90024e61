/**
 * One end of a JSON-RPC 2.0 conversation over a pipe of lines, typed by the tables of methods and notifications.
 *
 * Promises: a handler runs only with parameters that fit its schema; every line that is no message is counted and
 * answered with an error and changes nothing; a request is settled exactly once, at the latest when the pipe closes.
 * Does not promise: order between answers (each comes when its handler is done), or that the other end is who it
 * says it is; that is for whoever accepted the pipe. Without the checks here hostile bytes would reach the engine.
 */
import { Fault, toFault } from './faults.ts';
import { MAX_LINE_CHARS } from './line-splitter.ts';
import {
  type CheckedParams,
  type MethodName,
  type MethodParams,
  type MethodResult,
  methods,
  type NotificationInput,
  type NotificationName,
  type NotificationParams,
  notifications,
} from './methods.ts';
import {
  describeIssues,
  INVALID_PARAMS,
  METHOD_NOT_FOUND,
  peerFault,
  type RequestId,
  type RpcAnswer,
  readRpcFault,
  readRpcMessage,
  rpcCodeOf,
  writeRpcError,
} from './rpc-message.ts';

/** Carries whole lines both ways. Listeners are set once, before the first line. */
export interface Pipe {
  send(line: string): void;
  onLine(listener: (line: string) => void): void;
  onClose(listener: () => void): void;
  close(): void;
}

export type RequestHandlers = {
  readonly [M in MethodName]?: (params: CheckedParams<M>) => MethodResult<M> | Promise<MethodResult<M>>;
};
export type NotificationListeners = {
  readonly [N in NotificationName]?: (params: NotificationParams<N>) => void;
};

/** Requests of the other end that may be open at once. */
const MAX_OPEN_REQUESTS = 256;

interface Pending {
  readonly method: MethodName;
  settle(result: unknown): void;
  fail(fault: Fault): void;
}

function isMethodName(name: string): name is MethodName {
  return Object.hasOwn(methods, name);
}

function isNotificationName(name: string): name is NotificationName {
  return Object.hasOwn(notifications, name);
}

export class RpcPeer {
  readonly #pipe: Pipe;
  readonly #handlers: RequestHandlers;
  readonly #listeners: NotificationListeners;
  readonly #pending = new Map<RequestId, Pending>();
  readonly #closeListeners: (() => void)[] = [];
  #nextId = 1;
  #openRequests = 0;
  #malformedCount = 0;
  #isClosed = false;

  constructor(pipe: Pipe, handlers: RequestHandlers = {}, listeners: NotificationListeners = {}) {
    this.#pipe = pipe;
    this.#handlers = handlers;
    this.#listeners = listeners;
    pipe.onClose(() => this.#end());
    pipe.onLine((line) => this.#take(line));
  }

  /** Lines that were no message, or whose parameters had another shape. */
  get malformedCount(): number {
    return this.#malformedCount;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Asks the other end. Throws its fault, or a `peer` fault when the pipe closes first or the answer is malformed. */
  request<M extends MethodName>(method: M, params: MethodParams<M>): Promise<MethodResult<M>> {
    return new Promise((resolve, reject) => {
      const id = this.#nextId++;
      const line = JSON.stringify({ jsonrpc: '2.0', id, method, params });
      if (this.#isClosed) return reject(peerFault('connection-closed', 'the connection is closed'));
      if (line.length > MAX_LINE_CHARS)
        return reject(peerFault('too-long', `${method}: the request is too long`));
      const settle = (result: unknown): void => {
        const checked = methods[method].result.safeParse(result);
        if (checked.success) resolve(checked.data as MethodResult<M>);
        else reject(peerFault('bad-result', `${method}: malformed answer: ${describeIssues(checked.error)}`));
      };
      this.#pending.set(id, { method, settle, fail: reject });
      this.#pipe.send(line);
    });
  }

  /** Tells the other end. On a closed pipe nothing happens. */
  notify<N extends NotificationName>(name: N, params: NotificationInput<N>): void {
    if (this.#isClosed) return;
    const line = JSON.stringify({ jsonrpc: '2.0', method: name, params });
    if (line.length > MAX_LINE_CHARS) {
      throw new Fault({ kind: 'bug', code: 'too-long', message: `${name} is too long` });
    }
    this.#pipe.send(line);
  }

  /** Called once, at once when the pipe is closed already. */
  onClose(listener: () => void): void {
    if (this.#isClosed) listener();
    else this.#closeListeners.push(listener);
  }

  close(): void {
    this.#pipe.close();
    this.#end();
  }

  #end(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const { method, fail } of this.#pending.values()) {
      fail(peerFault('connection-closed', `${method}: the connection was closed before the answer came`));
    }
    this.#pending.clear();
    for (const listener of this.#closeListeners) listener();
  }

  #take(line: string): void {
    if (this.#isClosed) return;
    const message = readRpcMessage(line);
    if ('malformed' in message) this.#refuseLine(null, message.malformed, message.reason);
    else if (message.method === undefined) this.#takeAnswer(message);
    else if (message.id === undefined) this.#takeNotification(message.method, message.params);
    else void this.#takeRequest(message.id, message.method, message.params);
  }

  #refuseLine(id: RequestId | null, code: number, fault: Fault): void {
    this.#malformedCount += 1;
    this.#sendError(id, code, fault);
  }

  #takeAnswer(message: RpcAnswer): void {
    const pending = message.id === null ? undefined : this.#pending.get(message.id);
    if (message.id === null || pending === undefined) return;
    this.#pending.delete(message.id);
    if (message.error !== undefined) pending.fail(readRpcFault(message.error));
    else pending.settle('result' in message ? message.result : undefined);
  }

  #takeNotification(name: string, params: unknown): void {
    if (!isNotificationName(name)) {
      this.#refuseLine(null, METHOD_NOT_FOUND, peerFault('unknown-notification', 'no such notification'));
      return;
    }
    const checked = notifications[name].safeParse(params);
    if (checked.success) this.#listen(name, checked.data as NotificationParams<typeof name>);
    else this.#refuseParams(null, name, describeIssues(checked.error));
  }

  #listen<N extends NotificationName>(name: N, params: NotificationParams<N>): void {
    this.#listeners[name]?.(params);
  }

  #refuseParams(id: RequestId | null, name: string, issues: string): void {
    this.#refuseLine(id, INVALID_PARAMS, peerFault('bad-params', `${name}: ${issues}`));
  }

  async #takeRequest(id: RequestId, method: string, params: unknown): Promise<void> {
    if (!isMethodName(method) || this.#handlers[method] === undefined) {
      this.#refuseLine(id, METHOD_NOT_FOUND, peerFault('unknown-method', 'no such method'));
      return;
    }
    const checked = methods[method].params.safeParse(params ?? {});
    if (!checked.success) {
      this.#refuseParams(id, method, describeIssues(checked.error));
      return;
    }
    this.#openRequests += 1;
    try {
      if (this.#openRequests > MAX_OPEN_REQUESTS)
        throw peerFault('too-many-requests', 'too many requests are open');
      const result = await this.#handle(method, checked.data as CheckedParams<typeof method>);
      this.#sendResult(id, result);
    } catch (thrown) {
      const fault = toFault(thrown);
      this.#sendError(id, rpcCodeOf(fault), fault);
    } finally {
      this.#openRequests -= 1;
    }
  }

  #handle<M extends MethodName>(method: M, params: CheckedParams<M>): unknown {
    return this.#handlers[method]?.(params);
  }

  #sendResult(id: RequestId, result: unknown): void {
    const line = JSON.stringify({ jsonrpc: '2.0', id, result });
    if (line.length > MAX_LINE_CHARS) {
      throw new Fault({ kind: 'bug', code: 'too-long', message: 'the answer is too long' });
    }
    if (!this.#isClosed) this.#pipe.send(line);
  }

  #sendError(id: RequestId | null, code: number, fault: Fault): void {
    if (!this.#isClosed) this.#pipe.send(writeRpcError(id, code, fault));
  }
}
