import { join } from 'node:path';
import { showText } from '../timeline/index.ts';
import type { ElectronPort } from './electron-port.ts';
import { createEngineProcess, type EngineProcess } from './engine-process.ts';
import { type OverviewWatch, watchOverview } from './overview.ts';
import { createPagePorts } from './page-ports.ts';
import { createPortPipe } from './pipe-message-port.ts';
import type { ShellOptions } from './start-desktop-shell.ts';
import { createWindows, type ShellWindows } from './windows.ts';

/** A connection of the shell itself that ends while the engine lives is made anew after so long. */
const AGAIN_MS = 1000;

export interface ConnectedShell {
  readonly engine: EngineProcess;
  readonly windows: ShellWindows;
  readonly watch: OverviewWatch;
}

/** Ties windows and engine together: every page, and the shell itself, has a port to whichever engine there is. */
export function connectShell(electron: ElectronPort, options: ShellOptions): ConnectedShell {
  const { app } = electron;
  const { paths } = options;
  const version = app.getVersion();
  const watch = watchOverview();
  let follows = 0;

  const windows = createWindows(electron, {
    preload: paths.preload,
    stateFile: join(app.getPath('userData'), 'window-state.json'),
    icon: join(paths.resources, 'icons', 'icon-512.png'),
    onPage: (contents) => ports.hand(contents),
    onMainClosed: () => {
      // there an app stays when its last window is closed
      if (options.platform !== 'darwin') app.quit();
    },
  });
  const engine = createEngineProcess(
    electron,
    { modulePath: paths.engineHost, version },
    {
      onReady: () => {
        ports.handAll();
        follow();
      },
      onGone: () => {},
      onPageClosed: (pageId) => ports.onPageClosed(pageId),
      onGivenUp: (reason, again) => void askToStartAgain(electron, reason, again),
    },
  );
  const ports = createPagePorts(electron, {
    isReady: () => engine.isReady,
    addPage: (pageId, port) => engine.addPage(pageId, port),
    listContents: () => windows.listContents(),
  });

  function follow(): void {
    follows += 1;
    const mine = follows;
    const pipe = createPortPipe(ports.makeOwn(), { isReader: true });
    pipe.onClose(() => {
      setTimeout(() => {
        if (engine.isReady && mine === follows) follow();
      }, AGAIN_MS);
    });
    watch.follow(pipe, version).catch(() => pipe.close());
  }

  return { engine, windows, watch };
}

/** The engine does not stay up: a person decides, and reads why. */
async function askToStartAgain(
  { app, dialog }: Pick<ElectronPort, 'app' | 'dialog'>,
  reason: string,
  again: () => void,
): Promise<void> {
  const { response } = await dialog.showMessageBox({
    type: 'error',
    message: 'The engine of Sallyport does not stay up',
    detail: `${showText(reason, 2000)}\n\nNothing is allowed while it is down.`,
    buttons: ['Try again', 'Quit'],
    defaultId: 0,
    cancelId: 1,
    noLink: true,
  });
  if (response === 0) again();
  else app.quit();
}
