import type { PageHost } from '../ui/index.ts';

/** What the page has from the browser around it. */
export function createPageHost(view: Window): PageHost {
  return {
    nowMs: () => Date.now(),
    every: (periodMs, tick) => {
      const timer = view.setInterval(tick, periodMs);
      return () => view.clearInterval(timer);
    },
    after: (delayMs, callback) => {
      const timer = view.setTimeout(callback, delayMs);
      return () => view.clearTimeout(timer);
    },
    copyText: (text) => view.navigator.clipboard.writeText(text),
    setHash: (hash) => {
      if (view.location.hash !== hash) view.history.pushState(null, '', hash);
    },
    replaceHash: (hash) => view.history.replaceState(null, '', hash),
    platform: /Mac|iPhone|iPad/.test(view.navigator.platform) ? 'mac' : 'other',
  };
}

/** Where settings of the page are kept; a browser may forbid it. */
export function findStorage(view: Window): Storage | undefined {
  try {
    return view.localStorage;
  } catch {
    return undefined;
  }
}
