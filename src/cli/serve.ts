import type { Command } from 'commander';
import { findFolders, lockFolderOf, readEngineNote, type Serving } from '../server/index.ts';
import { createCommand, parseWords, usageFault } from './command-line.ts';
import { hasDisplay } from './has-display.ts';
import { openBrowser } from './open-browser.ts';
import { PRODUCT_VERSION } from './product-version.ts';

const MAX_PORT = 65_535;

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
export function showPage(url: string, flags: PageFlags): void {
  process.stdout.write(`${url}\n`);
  if (flags.mayOpenBrowser && hasDisplay()) openBrowser(url);
}

/** `sallyport serve`: the engine of this user and its page, until it is ended or, in the background, not needed. */
export async function runServe(words: readonly string[]): Promise<number> {
  const command = createCommand('serve', 'Run the engine of this user, and print the address of its page.', [
    'sallyport serve                 until Ctrl-C',
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
  const status = await becomeEngine(flags, isBackground);
  if (status !== undefined) return status;
  if (isBackground) return 0;
  const pid = readEngineNote(lockFolderOf(findFolders().home))?.pid;
  process.stderr.write(
    `sallyport: an engine is running already${pid === undefined ? '' : ` (pid ${pid})`}\n  run \`sallyport\` for the address of its page\n`,
  );
  return 1;
}

/** Is the engine until it ends. `undefined` when there is one already. */
export async function becomeEngine(flags: PageFlags, isBackground: boolean): Promise<number | undefined> {
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
    await announce(outcome, flags).catch((thrown: unknown) => {
      failure = thrown;
      return outcome.stop();
    });
  }
  await outcome.ended;
  if (failure !== undefined) throw failure;
  return 0;
}

async function announce(outcome: Serving, flags: PageFlags): Promise<void> {
  const { pid, socket } = outcome.note;
  process.stderr.write(`sallyport: engine ${pid} listens at ${socket}\n`);
  showPage(await outcome.openWeb(flags.port), flags);
}
