/** The entry of the Electron shell: names the files beside it, and hands Electron to what starts the shell. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as electron from 'electron';
import { startDesktopShell } from './start-desktop-shell.ts';

/** All bundles lie one level below `out`. */
const beside = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));
const home = process.env['SALLYPORT_HOME'];

startDesktopShell(electron, {
  platform: process.platform,
  desktopName: process.env['XDG_CURRENT_DESKTOP'] ?? '',
  paths: {
    pages: beside('renderer'),
    preload: beside('preload/preload.cjs'),
    engineHost: beside('desktop/engine-host.js'),
    resources: beside('../resources'),
  },
  // a home of one's own choice is an app of its own: it must not meet another one's lock or windows
  userData: home === undefined || home === '' ? undefined : join(home, 'desktop'),
});
