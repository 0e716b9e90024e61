// The one entry behind every npm script: sets up what the script needs, then runs it, in the right Node.
//
// Usage: node build/run.mjs start|test|dev|check|test:real|test:journey|test:soak|test:agents|bench|build|dist [arguments]
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildBundles, watchBundles } from './bundle.mjs';
import { runChecks, runTests } from './checks.mjs';
import { packProduct } from './dist.mjs';
import { continueInOwnNode, root, runProgram } from './own-node.mjs';
import { setUp } from './setup.mjs';

/** Starts the built product; on Windows a batch file would swallow Ctrl-C, so there the program itself. */
const startProduct = (argv) => runProgram(process.execPath, [join(root, 'out', 'cli', 'main.js'), ...argv]);

async function runBench(argv) {
  const bench = join(root, 'test', 'bench', 'main.ts');
  // the engine is measured in the bench's own process: with the flag that an engine has, see src/cli/connect-engine.ts
  const flags = ['--max-semi-space-size=8'];
  if (existsSync(bench)) return await runProgram(process.execPath, [...flags, bench, ...argv]);
  process.stderr.write('bench: test/bench/main.ts is missing from this checkout\n');
  return 1;
}

/** What each script needs before it, and what it is. `run` gets the arguments behind the script's name. */
const SCRIPTS = {
  start: {
    needs: {},
    run: startProduct,
  },
  test: {
    needs: { isForTests: true },
    run: (argv) => runTests(['unit', 'helpers', 'real', 'journey', 'electron'], argv),
  },
  'test:real': { needs: { isForTests: true }, run: (argv) => runTests(['helpers', 'real'], argv) },
  'test:soak': { needs: { isForTests: true }, run: (argv) => runTests(['soak'], argv) },
  'test:agents': { needs: { isForTests: true }, run: (argv) => runTests(['agents'], argv) },
  'test:journey': { needs: { isForTests: true }, run: (argv) => runTests(['journey'], argv) },
  check: { needs: { needsMachine: false }, run: () => runChecks() },
  bench: { needs: {}, run: runBench },
  build: { needs: { needsMachine: false }, run: () => buildBundles() },
  dist: { needs: {}, run: packProduct },
  dev: {
    needs: {},
    run: watchBundles,
  },
};

const [name = '', ...argv] = process.argv.slice(2);
const script = SCRIPTS[name];
if (script === undefined) {
  process.stderr.write(`usage: node build/run.mjs ${Object.keys(SCRIPTS).join('|')} [arguments]\n`);
  process.exit(2);
}
await setUp(script.needs);
const status = await continueInOwnNode(fileURLToPath(import.meta.url), [name, ...argv]);
process.exitCode = status ?? (await script.run(argv));
