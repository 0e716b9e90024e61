/** When the page is served, and at which address. */
import { Fault } from '../protocol/index.ts';
import { createLoginTokens, type RedeemOutcome, TOKEN_LIFE_MS } from './login-tokens.ts';
import { createPageCookies } from './page-cookies.ts';
import { createPageFiles } from './page-files.ts';
import type { SocketPipe } from './pipe-socket.ts';
import type { WebHost } from './web-host.ts';
import { loadWebIdentity, saveWebIdentity, type WebIdentity } from './web-identity.ts';

export interface WebDoorParts {
  /** Private; holds what outlives the engine. */
  readonly folder: string;
  /** The built page. */
  readonly pagesFolder: string;
  accept(pipe: SocketPipe): void;
  /** Somebody may come any moment: the engine must not end until the result is called. */
  enter(): () => void;
}

export interface WebDoor {
  /**
   * The address of the page with a new token. Starts listening where it does not yet: at `port` (0: any), else where
   * the last engine did, if that is free. Throws a `host` fault where it cannot, or listens elsewhere already.
   */
  open(port?: number): Promise<string>;
  /** Listens again when a page was open as the last engine ended; that page then finds this one. Never throws. */
  resume(): Promise<void>;
  close(): Promise<void>;
}

export function createWebDoor(parts: WebDoorParts): WebDoor {
  const tokens = createLoginTokens();
  const files = createPageFiles(parts.pagesFolder, 'web.html');
  let identity = loadWebIdentity(parts.folder);
  let starting: Promise<WebHost> | undefined;
  let pageCount = 0;
  let isClosing = false;
  const stay = createStay(parts.enter);

  function keep(changes: Partial<WebIdentity>): void {
    identity = { ...identity, ...changes };
    saveWebIdentity(parts.folder, identity);
  }

  /** Whether a page is open is a convenience for the next start: a full disk is no reason to end this one. */
  function notePages(count: number): void {
    pageCount = count;
    const hadPage = count > 0;
    if (isClosing || hadPage === identity.hadPage) return;
    try {
      keep({ hadPage });
    } catch {
      // the next engine listens when it is asked
    }
  }

  function accept(pipe: SocketPipe): void {
    notePages(pageCount + 1);
    pipe.onClose(() => notePages(pageCount - 1));
    parts.accept(pipe);
  }

  function redeem(token: string, isForeign: () => boolean): RedeemOutcome {
    const outcome = tokens.redeem(token, isForeign);
    if (!tokens.hasLive()) stay.end();
    return outcome;
  }

  async function listenAt(port: number): Promise<WebHost> {
    // most engines never serve a page
    const { startWebHost } = await import('./web-host.ts');
    const { hostName, secret } = identity;
    const cookies = createPageCookies(secret, hostName);
    return await startWebHost({ hostName, port, cookies, redeem, files, accept });
  }

  async function start(port: number | undefined): Promise<WebHost> {
    const host = await listenAt(port ?? identity.port).catch((thrown: unknown) => {
      if (port === undefined && identity.port !== 0) return listenAt(0);
      throw thrown;
    });
    try {
      keep({ port: host.port });
    } catch (thrown) {
      await host.close();
      throw thrown;
    }
    return host;
  }

  async function listen(port: number | undefined): Promise<WebHost> {
    starting ??= start(port);
    try {
      return await starting;
    } catch (thrown) {
      starting = undefined;
      throw thrown;
    }
  }

  return {
    open: async (port) => {
      const host = await listen(port);
      if (port !== undefined && port !== 0 && port !== host.port) throw listensElsewhere(host.port);
      stay.renew();
      return `${host.origin}/#token=${tokens.issue()}`;
    },
    resume: async () => {
      if (identity.hadPage) await listen(undefined).catch(() => undefined);
    },
    close: async () => {
      notePages(pageCount);
      isClosing = true;
      stay.end();
      const host = await starting?.catch(() => undefined);
      await host?.close();
    },
  };
}

/** A token that was given out keeps the engine alive until it is used, or not good any more. */
function createStay(enter: () => () => void): { renew(): void; end(): void } {
  let leave: (() => void) | undefined;
  let timer: NodeJS.Timeout | undefined;
  const end = (): void => {
    clearTimeout(timer);
    leave?.();
    leave = undefined;
  };
  return {
    renew: () => {
      end();
      leave = enter();
      timer = setTimeout(end, TOKEN_LIFE_MS);
      timer.unref();
    },
    end,
  };
}

function listensElsewhere(port: number): Fault {
  return new Fault({
    kind: 'host',
    code: 'web-elsewhere',
    message: `the page is served at port ${port} already`,
    hint: 'leave --port out, or end that engine first',
  });
}
