import { Fault, type Pipe } from '../protocol/index.ts';
import { createPortPipe } from './pipe-port.ts';

/** What the preload script says when it hands over a port. */
const GREETING = 'sallyport:port';
/** How long one try waits for a port; less than the live state waits, so that a port never comes to a try given up. */
const WAIT_MS = 10_000;

export interface PortSource {
  /** A pipe over the newest port that was not used yet; waits for one. Only the last call gets it. */
  connect(): Promise<Pipe>;
}

/** Takes the ports that this window's own preload script hands over; a new one ends the one before. */
export function createPortSource(view: Window, onNew: () => void): PortSource {
  let unused: Pipe | undefined;
  let used: Pipe | undefined;
  let waiting: PromiseWithResolvers<Pipe> | undefined;

  function giveUp(wait: PromiseWithResolvers<Pipe> | undefined): void {
    if (waiting === wait) waiting = undefined;
    wait?.reject(new Fault({ kind: 'host', code: 'no-port', message: 'The engine has not started.' }));
  }

  function take(pipe: Pipe): void {
    used?.close();
    unused?.close();
    unused = undefined;
    if (waiting === undefined) {
      unused = pipe;
      onNew();
      return;
    }
    used = pipe;
    waiting.resolve(pipe);
    waiting = undefined;
  }
  view.addEventListener('message', ({ source, origin, data, ports }) => {
    const [port] = ports;
    if (source !== view || origin !== view.location.origin || data !== GREETING || port === undefined) return;
    take(createPortPipe(port));
  });
  return {
    connect: () => {
      if (unused !== undefined) {
        used = unused;
        unused = undefined;
        return Promise.resolve(used);
      }
      giveUp(waiting);
      const mine = Promise.withResolvers<Pipe>();
      waiting = mine;
      view.setTimeout(() => giveUp(mine), WAIT_MS);
      return mine.promise;
    },
  };
}
