import type { Page, WebSocketRoute } from 'playwright';

type Message = string | Buffer;

/** The connection between a page and its engine, in the hand of a test. The engine itself notices only an end. */
export interface CuttablePipe {
  /** From now on the page hears nothing of what the engine says; until it does again, when all of it comes at once. */
  setDeaf(isDeaf: boolean): void;
  /** Ends the connection, and every new one at once, until it is mended. */
  cut(): Promise<void>;
  mend(): void;
}

/** To be called before the page is loaded. */
export async function makePipeCuttable(page: Page): Promise<CuttablePipe> {
  let isDeaf = false;
  let isCut = false;
  let held: Message[] = [];
  let open: { readonly toPage: WebSocketRoute; readonly toEngine: WebSocketRoute } | undefined;
  await page.routeWebSocket(/\/rpc$/, (toPage) => {
    if (isCut) {
      void toPage.close({ code: 1001 });
      return;
    }
    const toEngine = toPage.connectToServer();
    open = { toPage, toEngine };
    toPage.onMessage((message) => toEngine.send(message));
    toEngine.onMessage((message) => {
      if (isDeaf) held.push(message);
      else toPage.send(message);
    });
  });
  return {
    setDeaf: (value) => {
      isDeaf = value;
      if (!isDeaf) for (const message of held.splice(0)) open?.toPage.send(message);
    },
    cut: async () => {
      isCut = true;
      isDeaf = false;
      held = [];
      await open?.toEngine.close({ code: 1001 });
      await open?.toPage.close({ code: 1001 });
      open = undefined;
    },
    mend: () => {
      isCut = false;
    },
  };
}
