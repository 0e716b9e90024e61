import { createCommand, parseWords } from './command-line.ts';
import { addPageFlags, readPageFlags, servePage } from './serve.ts';
import { startDesktop } from './start-desktop.ts';

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
  return await servePage(flags);
}
