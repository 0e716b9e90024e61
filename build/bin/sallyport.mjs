#!/usr/bin/env node
// The same start for places without a POSIX shell. Loads under Node 20, where the product itself would crash.
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const home = dirname(dirname(dirname(realpathSync(fileURLToPath(import.meta.url)))));
const main = join(home, 'out', 'cli', 'main.js');

if (!existsSync(main)) {
  process.stderr.write(`sallyport: not built yet: run \`npm start\` once in ${home}\n`);
  process.exit(3);
}
if (Number.parseInt(process.versions.node, 10) >= 22) {
  process.argv[1] = main;
  await import(pathToFileURL(main).href);
} else {
  const { requireNode, runProgram } = await import('../own-node.mjs');
  process.exitCode = await runProgram(requireNode(), [main, ...process.argv.slice(2)], {
    cwd: process.cwd(),
  });
}
