import './style/tokens.css';
import './style/base.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { enterScreen, type Page, PageContext, parseRoute, writeRoute } from './local/index.ts';
import { App } from './shell/index.ts';

/** Shows the whole page below `root`, and follows the address; the result takes it away again. */
export function mountApp(root: HTMLElement, page: Page): () => void {
  const reactRoot = createRoot(root);
  const view = root.ownerDocument.defaultView;
  const followAddress = (): void => {
    const route = parseRoute(view?.location.hash ?? '');
    if (writeRoute(route) === writeRoute(page.local.getState().route)) return;
    page.local.setState((before) => enterScreen(before, route));
  };
  view?.addEventListener('hashchange', followAddress);
  reactRoot.render(
    <StrictMode>
      <PageContext value={page}>
        <App />
      </PageContext>
    </StrictMode>,
  );
  return () => {
    view?.removeEventListener('hashchange', followAddress);
    reactRoot.unmount();
  };
}
