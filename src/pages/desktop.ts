import { createPortSource } from './port-source.ts';
import { startPage } from './start-page.ts';

let retry = (): void => undefined;
const ports = createPortSource(window, () => retry());

retry = startPage(window, {
  clientName: 'desktop',
  connect: () => ports.connect(),
  // the shell opens no window for it, it shows the main one there
  openInWindow: (hash) => void window.open(new URL(hash, location.href)),
});
