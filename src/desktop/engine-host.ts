/** The entry of the engine's process: becomes the engine of this user, or reaches the one there is. */
import { fileURLToPath } from 'node:url';
import { findFolders, serveEngine } from '../server/index.ts';
import { runEngineHost } from './run-engine-host.ts';
import { takeEngineSeat } from './take-engine-seat.ts';

const [, , version = ''] = process.argv;
process.umask(0o077);

const host = runEngineHost({
  parent: process.parentPort,
  takeSeat: (signal) =>
    takeEngineSeat({
      folders: findFolders(),
      version,
      signal,
      serve: (folders) =>
        serveEngine({
          ...folders,
          version,
          env: process.env,
          isBackground: false,
          pagesFolder: fileURLToPath(new URL('../renderer', import.meta.url)),
          createEngine: async (options) => {
            const { createEngine } = await import('../engine/index.ts');
            return createEngine(options);
          },
        }),
    }),
  exit: (status) => process.exit(status),
});
// Ctrl-C in the terminal that started the shell reaches this process too
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => host.stop());
