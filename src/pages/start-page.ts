import './page.css';
import { createLiveState, type LiveStateParts } from '../client/index.ts';
import { createLocalUi, mountApp, type PageHost } from '../ui/index.ts';
import { createPageHost, findStorage } from './page-host.ts';

/** At least 0, below 1, from the browser's source for secrets. */
function drawRandom(): number {
  const [drawn = 0] = crypto.getRandomValues(new Uint32Array(1));
  return drawn / 0x1_0000_0000;
}

type StartParts = Pick<LiveStateParts, 'connect' | 'clientName'> & Pick<PageHost, 'openInWindow'>;

/** Shows the page and begins to connect. The result tries at once, where it waits for its next try. */
export function startPage(view: Window, { connect, clientName, openInWindow }: StartParts): () => void {
  const root = view.document.getElementById('root');
  if (root === null) throw new Error('the page has no place to be shown in');
  const host = { ...createPageHost(view), ...(openInWindow !== undefined && { openInWindow }) };
  const local = createLocalUi(view.location.hash, findStorage(view));
  const live = createLiveState({
    connect,
    clientName,
    // the page comes with the engine that it speaks to
    version: 'page',
    ports: {
      nowMs: () => host.nowMs(),
      setTimer: (callback, delayMs) => host.after(delayMs, callback),
      random: drawRandom,
    },
  });
  mountApp(root, { live: live.store, actions: live.actions, local, host });
  return () => live.actions.retryNow();
}
