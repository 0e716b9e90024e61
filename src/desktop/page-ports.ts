/**
 * Hands every page of ours a port to the engine.
 *
 * Promises: a port goes only to the contents of a window of ours that shows our own page at that moment; a new engine
 * and a page that has loaded again get a new one. Without the look at the address a page from elsewhere, however it got
 * into the window, could answer questions.
 */
import type { ContentsPort, ElectronPort, PortEnd } from './electron-port.ts';
import { isPageAddress } from './page-address.ts';

/** A page that loses its port again and again does not keep the engine busy. */
const AGAIN_MS = 1000;

export interface PagePortsParts {
  isReady(): boolean;
  /** Gives the engine its end of the channel. */
  addPage(pageId: number, port: PortEnd): void;
  listContents(): readonly ContentsPort[];
}

export interface PagePorts {
  /** Gives this page a port, or when the engine is ready. */
  hand(contents: ContentsPort): void;
  /** All earlier ports are dead. */
  handAll(): void;
  /** The engine has closed the port of a page, or the page has. */
  onPageClosed(pageId: number): void;
  /** A port for the shell itself. */
  makeOwn(): PortEnd;
}

export function createPagePorts(
  { MessageChannelMain }: Pick<ElectronPort, 'MessageChannelMain'>,
  parts: PagePortsParts,
): PagePorts {
  /** Which contents has which port now. */
  const pages = new Map<number, ContentsPort>();
  let nextId = 1;

  function makeChannel(): { pageId: number; ours: PortEnd } {
    const { port1, port2 } = new MessageChannelMain();
    const pageId = nextId;
    nextId += 1;
    parts.addPage(pageId, port2);
    return { pageId, ours: port1 };
  }

  function hand(contents: ContentsPort): void {
    if (!parts.isReady() || contents.isDestroyed()) return;
    if (!parts.listContents().includes(contents) || !isPageAddress(contents.getURL())) return;
    for (const [pageId, other] of pages) if (other === contents) pages.delete(pageId);
    const { pageId, ours } = makeChannel();
    pages.set(pageId, contents);
    contents.postMessage('port', null, [ours]);
  }

  return {
    hand,
    handAll: () => {
      pages.clear();
      for (const contents of parts.listContents()) hand(contents);
    },
    onPageClosed: (pageId) => {
      const contents = pages.get(pageId);
      pages.delete(pageId);
      if (contents === undefined) return;
      setTimeout(() => {
        // it may have loaded again meanwhile
        if (![...pages.values()].includes(contents)) hand(contents);
      }, AGAIN_MS);
    },
    makeOwn: () => makeChannel().ours,
  };
}
