/**
 * Runs before the page, in a world of its own, and does one thing: the port that the main process hands to this window
 * is passed on to the page. Nothing is exposed to the page but that message.
 */
import { ipcRenderer } from 'electron';

/** The page's own window, as far as it is used here; this room has no DOM. */
interface PageWindow {
  readonly location: { readonly origin: string };
  postMessage(message: unknown, targetOrigin: string, transfer: readonly unknown[]): void;
}
declare const window: PageWindow;

ipcRenderer.on('port', (event) => {
  window.postMessage('sallyport:port', window.location.origin, event.ports);
});
