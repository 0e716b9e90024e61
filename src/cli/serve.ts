import type { Command } from 'commander';
import { Fault } from '../protocol/index.ts';
import { findFolders, type Serving } from '../server/index.ts';
import { createCommand, parseWords, usageFault } from './command-line.ts';
import { hasDisplay } from './has-display.ts';
import { openBrowser } from './open-browser.ts';
import { PRODUCT_VERSION } from './product-version.ts';
import { describeFault } from './report-fault.ts';

const MAX_PORT = 65_535;
/** Of an engine that ends while it is asked another is looked for, or become. */
const MAX_TRIES = 3;

export interface PageFlags {
  /** Where to serve the page; where the last engine did when absent. */
  readonly port: number | undefined;
  readonly mayOpenBrowser: boolean;
}

/** The flags of everything that serves the page. */
export function addPageFlags(command: Command): Command {
  return command
    .option('--port <number>', 'serve the page at this port of 127.0.0.1')
    .option('--no-open', 'print the address, and open no browser');
}

/** Reads them back. Throws a `user` fault. */
export function readPageFlags(command: Command): PageFlags {
  const { port, open } = command.opts<{ port?: string; open: boolean }>();
  if (port !== undefined && (!/^\d{1,5}$/.test(port) || Number(port) > MAX_PORT)) {
    throw usageFault('--port takes a number from 0 (any) to 65535', command.name());
  }
  return { port: port === undefined ? undefined : Number(port), mayOpenBrowser: open };
}

/** Prints the address, and shows it in a browser where there is a display. */
function showPage(url: string, flags: PageFlags, endsHere: boolean): void {
  process.stdout.write(`${url}\n`);
  const end = endsHere ? '; Ctrl-C ends the engine and its sessions' : '';
  process.stderr.write(`sallyport: good for one sign-in within ten minutes${end}\n`);
  if (flags.mayOpenBrowser && hasDisplay()) openBrowser(url);
}

/** Prints a new address of the page of the engine that runs already; false when none does. */
async function showRunningPage(flags: PageFlags): Promise<boolean> {
  // those that start in the background at the same moment need nothing of it
  const { askRunningEngine, describeRunningEngine } = await import('./ask-running-engine.ts');
  const url = await askRunningEngine(flags.port);
  if (url === undefined) return false;
  process.stderr.write(`sallyport: ${describeRunningEngine()}, and goes on without this terminal\n`);
  showPage(url, flags, false);
  return true;
}

/** `sallyport serve`: the engine of this user and its page, until it is ended or, in the background, not needed. */
export async function runServe(words: readonly string[]): Promise<number> {
  const command = createCommand('serve', 'Run the engine of this user, and print the address of its page.', [
    'sallyport serve                 until Ctrl-C; where an engine runs already, the address of its page',
    'sallyport serve --port 8123     the page at a port of your choice',
    'sallyport serve --background    as other commands start it; the page only with --port, or when asked for',
  ]);
  addPageFlags(command)
    .option('--background', 'end 60 s after the last session')
    .addHelpText(
      'after',
      '\nThe address works once and for ten minutes; run `sallyport` for another. In the background an open page or a\nconnected client, such as `sallyport approvals watch`, keeps the engine alive; when it goes, the 60 s begin.',
    );
  if (parseWords(command, words) === 'help') return 0;
  const isBackground = command.opts<{ background?: boolean }>().background === true;
  const flags = readPageFlags(command);
  if (isBackground) return (await becomeEngine(flags, true)) ?? 0;
  try {
    return await servePage(flags);
  } catch (thrown) {
    if (!(thrown instanceof Fault) || thrown.code !== 'web-elsewhere') throw thrown;
    process.stderr.write(describeFault(thrown));
    return 1;
  }
}

/**
 * Prints an address of the page: of the engine that runs already, else as the engine itself, until it ends. Throws the
 * engine's faults, `web-elsewhere` where the page is served at another port.
 */
export async function servePage(flags: PageFlags): Promise<number> {
  for (let tries = 1; ; tries += 1) {
    if (await showRunningPage(flags)) return 0;
    const status = await becomeEngine(flags, false);
    if (status !== undefined || tries >= MAX_TRIES) return status ?? 1;
  }
}

/** Is the engine until it ends. `undefined` when there is one already. */
async function becomeEngine(flags: PageFlags, isBackground: boolean): Promise<number | undefined> {
  process.umask(0o077);
  // the lock is looked at before the engine is loaded: of ten that start at once nine end quickly
  const { serveEngine } = await import('../server/index.ts');
  // Before the engine can be found: who finds it may end it at once.
  let isStopping = false;
  let stop = (): void => {
    isStopping = true;
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => stop());
  const outcome = await serveEngine({
    ...findFolders(),
    version: PRODUCT_VERSION,
    env: process.env,
    isBackground,
    createEngine: async (options) => {
      const { createEngine } = await import('../engine/index.ts');
      return createEngine(options);
    },
  });
  if (outcome.state === 'already-running') return undefined;
  let failure: unknown;
  stop = (): void => {
    outcome.stop().catch((thrown: unknown) => {
      failure = thrown;
    });
  };
  if (isStopping) stop();
  else if (!isBackground || flags.port !== undefined) {
    await announce(outcome, flags, isBackground).catch((thrown: unknown) => {
      failure = thrown;
      return outcome.stop();
    });
  }
  await outcome.ended;
  if (failure !== undefined) throw failure;
  return 0;
}

async function announce(outcome: Serving, flags: PageFlags, isBackground: boolean): Promise<void> {
  const { pid, socket } = outcome.note;
  process.stderr.write(`sallyport: engine ${pid} listens at ${socket}\n`);
  showPage(await outcome.openWeb(flags.port), flags, !isBackground);
}
