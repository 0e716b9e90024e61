import { toFault } from '../protocol/index.ts';
import type { SocketPipe } from '../server/index.ts';
import type { PortEnd } from './electron-port.ts';
import { type FromHost, readToHost } from './host-messages.ts';
import { createPortPipe } from './pipe-message-port.ts';
import type { EngineSeat } from './take-engine-seat.ts';

/** The parent's end, as a utility process has it. */
export interface ParentEnd {
  on(
    event: 'message',
    listener: (event: { readonly data: unknown; readonly ports: readonly PortEnd[] }) => void,
  ): unknown;
  postMessage(message: unknown): void;
}

export interface EngineHostParts {
  readonly parent: ParentEnd;
  /** Settles when pages can be served; again after the seat before has ended. */
  takeSeat(signal: AbortSignal): Promise<EngineSeat>;
  exit(status: number): void;
}

/**
 * Serves every page that the parent hands over, for as long as there is an engine to serve it: its own, or the one
 * that runs already. When that one ends, a new seat is taken, and the parent told so; its pages come anew.
 */
export function runEngineHost({ parent, takeSeat, exit }: EngineHostParts): { stop(): void } {
  const stopping = new AbortController();
  const waiting = new Set<SocketPipe>();
  let seat: EngineSeat | undefined;

  const tell = (message: FromHost): void => parent.postMessage(message);

  function accept(pageId: number, port: PortEnd): void {
    const pipe = createPortPipe(port);
    pipe.onClose(() => {
      waiting.delete(pipe);
      tell({ type: 'page-closed', pageId });
    });
    if (seat === undefined) waiting.add(pipe);
    else seat.accept(pipe);
  }

  async function serve(): Promise<void> {
    while (!stopping.signal.aborted) {
      const taken = await takeSeat(stopping.signal);
      seat = taken;
      if (stopping.signal.aborted) break;
      for (const pipe of waiting) taken.accept(pipe);
      waiting.clear();
      tell({ type: 'ready', isOwn: taken.isOwn });
      await taken.ended;
      seat = undefined;
      if (!stopping.signal.aborted) tell({ type: 'gone' });
    }
    await seat?.stop();
  }

  async function stop(): Promise<void> {
    if (stopping.signal.aborted) return;
    stopping.abort();
    await seat?.stop();
  }

  parent.on('message', ({ data, ports: [port] }) => {
    const message = readToHost(data);
    if (message?.type === 'stop') stop().catch(fail);
    else if (message?.type === 'page' && port !== undefined) accept(message.pageId, port);
  });
  function fail(thrown: unknown): void {
    const { message, hint } = toFault(thrown);
    tell({ type: 'failed', message, hint });
    // the message is on its way before the process ends
    setTimeout(() => exit(1), 100);
  }
  serve().then(() => exit(0), fail);
  return { stop: () => void stop().catch(fail) };
}
