/**
 * The engine's process, seen from the main process.
 *
 * Promises: while the shell lives there is one such process, started again after a crash (at most three times a minute,
 * then only when a person says so); `end` returns when it has ended, or was killed because it did not. Sessions live in
 * it and end with it. Does not promise that it is the engine itself: another one of this user may be, which it reaches.
 */
import type { ChildPort, ElectronPort, PortEnd } from './electron-port.ts';
import { type FromHost, readFromHost, type ToHost } from './host-messages.ts';
import { createRestartPolicy } from './restart-policy.ts';

/** Sessions are asked to end, then have to. */
const END_LIMIT_MS = 8000;

export interface EngineListener {
  /** Pages can be handed over from now on; all earlier ports are dead. */
  onReady(isOwn: boolean): void;
  onGone(): void;
  onPageClosed(pageId: number): void;
  /** It does not stay up; `again` tries once more. */
  onGivenUp(reason: string, again: () => void): void;
}

export interface EngineProcess {
  start(): void;
  readonly isReady: boolean;
  /** Sessions end with this process; false while another engine of this user serves the pages. */
  readonly isOwn: boolean;
  /** Gives the engine one end of a page's channel. Only while ready. */
  addPage(pageId: number, port: PortEnd): void;
  /** Ends every session and the process, and starts none any more. May be called again. */
  end(): Promise<void>;
}

export interface EngineProcessOptions {
  readonly modulePath: string;
  readonly version: string;
}

export function createEngineProcess(
  { utilityProcess }: Pick<ElectronPort, 'utilityProcess'>,
  options: EngineProcessOptions,
  listener: EngineListener,
): EngineProcess {
  const policy = createRestartPolicy();
  let child: ChildPort | undefined;
  let state: { readonly isOwn: boolean } | undefined;
  let lastFailure: string | undefined;
  let restartTimer: NodeJS.Timeout | undefined;
  let ending: Promise<void> | undefined;
  let tellEnded = (): void => {};

  function start(): void {
    const started = utilityProcess.fork(options.modulePath, [options.version], {
      serviceName: 'Sallyport engine',
      // not in a project: its folder could not be removed while the engine lives
      cwd: '/',
    });
    child = started;
    lastFailure = undefined;
    started.on('message', (message) => {
      const said = readFromHost(message);
      if (child === started && said !== undefined) take(said);
    });
    started.on('exit', (code) => {
      if (child !== started) return;
      child = undefined;
      leave();
      tellEnded();
      if (ending === undefined) startAgain(code);
    });
  }

  function leave(): void {
    if (state === undefined) return;
    state = undefined;
    listener.onGone();
  }

  function take(said: FromHost): void {
    if (said.type === 'ready') {
      state = { isOwn: said.isOwn };
      listener.onReady(said.isOwn);
    } else if (said.type === 'gone') leave();
    else if (said.type === 'page-closed') listener.onPageClosed(said.pageId);
    else lastFailure = said.hint === undefined ? said.message : `${said.message}\n${said.hint}`;
  }

  function startAgain(code: number): void {
    const delayMs = policy.next(Date.now());
    if (delayMs !== undefined) {
      restartTimer = setTimeout(start, delayMs);
      return;
    }
    listener.onGivenUp(lastFailure ?? `The engine ended with status ${code}.`, () => {
      policy.forget();
      if (ending === undefined && child === undefined) start();
    });
  }

  const tell = (message: ToHost, ports: readonly PortEnd[] = []): void => child?.postMessage(message, ports);

  async function end(): Promise<void> {
    clearTimeout(restartTimer);
    if (child === undefined) return;
    const ended = new Promise<void>((resolve) => {
      tellEnded = resolve;
    });
    tell({ type: 'stop' });
    const limit = setTimeout(() => child?.kill(), END_LIMIT_MS);
    await ended;
    clearTimeout(limit);
  }

  return {
    start,
    get isReady() {
      return state !== undefined;
    },
    get isOwn() {
      return state?.isOwn === true;
    },
    addPage: (pageId, port) => tell({ type: 'page', pageId }, [port]),
    end: () => {
      ending ??= end();
      return ending;
    },
  };
}
