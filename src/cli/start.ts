import { findFolders } from '../server/index.ts';
import { createCommand, parseWords } from './command-line.ts';
import { findEngine } from './connect-engine.ts';
import { addPageFlags, becomeEngine, type PageFlags, readPageFlags, showPage } from './serve.ts';
import { startDesktop } from './start-desktop.ts';

/** Of an engine that ends while it is asked another is looked for, or become. */
const MAX_TRIES = 3;

/** `sallyport` without a command: the desktop app where it can run, else the page. */
export async function runStart(words: readonly string[]): Promise<number> {
  const command = createCommand('', 'Open Sallyport: the desktop app, or its page where the app cannot run.');
  addPageFlags(command).option('--try-electron', 'download Electron again where that has failed before');
  if (parseWords(command, words) === 'help') return 0;
  const flags = readPageFlags(command);
  const { tryElectron = false } = command.opts<{ tryElectron?: boolean }>();
  // who names a port or wants no window means the page
  if (flags.port === undefined && flags.mayOpenBrowser) {
    const desktop = await startDesktop(tryElectron);
    if (desktop.reason === undefined) return desktop.status;
    process.stderr.write(`sallyport: the page in a browser, not the desktop app: ${desktop.reason}\n`);
  }
  return await openPage(flags);
}

async function openPage(flags: PageFlags): Promise<number> {
  for (let tries = 1; ; tries += 1) {
    if (await askRunningEngine(flags)) return 0;
    const status = await becomeEngine(flags, false);
    if (status !== undefined || tries >= MAX_TRIES) return status ?? 1;
  }
}

/** Prints the address of the page of the engine that runs already; false when none does. */
async function askRunningEngine(flags: PageFlags): Promise<boolean> {
  const client = await findEngine(findFolders(), 'start');
  if (client === undefined) return false;
  try {
    const { url } = await client.call('web/open', flags.port === undefined ? {} : { port: flags.port });
    process.stderr.write(
      'sallyport: an engine runs in the background already, and goes on without this terminal\n',
    );
    showPage(url, flags);
    return true;
  } catch (thrown) {
    if (client.isClosed) return false;
    throw thrown;
  } finally {
    client.close();
  }
}
