import { createContext, useContext, useSyncExternalStore } from 'react';
import type { StoreApi } from 'zustand/vanilla';
import type { LiveActions, LiveView } from '../../client/index.ts';
import type { ApprovalId } from '../../protocol/index.ts';
import type { LocalUi } from './local-ui.ts';
import { type Route, writeRoute } from './route.ts';

/** What the host of the page has and a pure room does not. */
export interface PageHost {
  nowMs(): number;
  /** Calls back every `periodMs` until the result is called. */
  every(periodMs: number, tick: () => void): () => void;
  after(delayMs: number, callback: () => void): () => void;
  copyText(text: string): Promise<void>;
  setHash(hash: string): void;
  /** As `setHash`, in the place of the address that is there: Back does not lead to that one. */
  replaceHash(hash: string): void;
  /** Shows a screen in the main window, where this is another one; absent: there is only this window. */
  openInWindow?(hash: string): void;
  /** `mac` shows ⌘ for Ctrl. */
  readonly platform: 'mac' | 'other';
}

/** Everything that a part of the page may use. */
export interface Page {
  readonly live: StoreApi<LiveView>;
  readonly actions: LiveActions;
  readonly local: StoreApi<LocalUi>;
  readonly host: PageHost;
}

export const PageContext = createContext<Page | undefined>(undefined);

/** What this page is made of. Throws outside of it. */
export function usePage(): Page {
  const page = useContext(PageContext);
  if (page === undefined) throw new Error('a part of the page is used outside of it');
  return page;
}

function useSelected<S, T>(store: StoreApi<S>, select: (state: S) => T): T {
  return useSyncExternalStore(store.subscribe, () => select(store.getState()));
}

/** A part of what the engine said. `select` must give the same object while nothing changed. */
export function useLive<T>(select: (view: LiveView) => T): T {
  return useSelected(usePage().live, select);
}

/** A part of what the page remembers by itself. */
export function useLocal<T>(select: (ui: LocalUi) => T): T {
  return useSelected(usePage().local, select);
}

/** What the page remembers once it is on another screen. */
export function enterScreen(before: LocalUi, route: Route): Partial<LocalUi> {
  const left = 'approvalId' in before.route ? before.route.approvalId : undefined;
  const list = 'approvalId' in before.route ? { ...before.route, approvalId: undefined } : before.route;
  return {
    route,
    openApprovalId: 'approvalId' in route ? route.approvalId : undefined,
    selectedRowId: undefined,
    selectedRow: undefined,
    cameBackFrom: writeRoute(list) === writeRoute(route) ? left : undefined,
  };
}

/** Where the address names a card, it names the one that is shown now: a reload and a narrow window show that one too. */
export function renameCard(page: Pick<Page, 'local' | 'host'>, approvalId: ApprovalId): void {
  const { route } = page.local.getState();
  if (!('approvalId' in route) || route.approvalId === undefined || route.approvalId === approvalId) return;
  const renamed: Route = { ...route, approvalId };
  page.local.setState({ route: renamed });
  page.host.replaceHash(writeRoute(renamed));
}

/** Shows a screen, and writes it into the address. */
export function goTo(page: Pick<Page, 'local' | 'host'>, route: Route): void {
  page.local.setState((before) => enterScreen(before, route));
  page.host.setHash(writeRoute(route));
}
