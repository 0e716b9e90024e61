import { findFolders } from '../server/index.ts';
import { createCommand, parseWords } from './command-line.ts';
import { PRODUCT_VERSION } from './product-version.ts';

/** `sallyport serve`: the engine of this user, until it is ended or, in the background, not needed any more. */
export async function runServe(words: readonly string[]): Promise<number> {
  const command = createCommand('serve', 'Run the engine of this user in the foreground.', [
    'sallyport serve                 until Ctrl-C',
    'sallyport serve --background    as other commands start it',
  ])
    .option('--background', 'end 60 s after the last session')
    .addHelpText(
      'after',
      '\nIn the background a connected client keeps it alive, such as `sallyport approvals watch`, but only while it is\nconnected; then the 60 s begin.',
    );
  if (parseWords(command, words) === 'help') return 0;
  const isBackground = command.opts<{ background?: boolean }>().background === true;
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
  if (outcome.state === 'already-running') {
    const pid = outcome.note === undefined ? '' : ` (pid ${outcome.note.pid})`;
    if (!isBackground) process.stderr.write(`sallyport: an engine is running already${pid}\n`);
    return isBackground ? 0 : 1;
  }
  if (!isBackground)
    process.stderr.write(`sallyport: engine ${outcome.note.pid} listens at ${outcome.note.socket}\n`);
  let failure: unknown;
  stop = (): void => {
    outcome.stop().catch((thrown: unknown) => {
      failure = thrown;
    });
  };
  if (isStopping) stop();
  await outcome.ended;
  if (failure !== undefined) throw failure;
  return 0;
}
