// Writes build/walls.json, the part of the linter's configuration that follows from the table of rooms below:
// which npm packages a room may use, that another room is entered by its door only (also by `import()`, which the
// linter's own rule for doors does not see), and the order of the rooms inside engine. Which room may import
// which is told to the compiler instead: `references` in each room's tsconfig.json.
//
// Usage: node build/walls.mjs [--check]     (--check: status 1 when the file is not what would be written)
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './own-node.mjs';

/** What each room may import beside other rooms. `node:*` is there where a room may touch the machine. */
const ROOMS = {
  protocol: [],
  policy: ['unbash'],
  timeline: [],
  replay: [],
  client: ['zustand'],
  ui: [
    'react',
    'react-dom',
    'react-aria-components',
    '@tanstack/react-virtual',
    'lucide-react',
    'zustand',
    '@xterm/xterm',
    '@xterm/addon-fit',
  ],
  pages: [],
  engine: ['node:*', 'smol-toml', 'toml-eslint-parser', 'better-sqlite3', 'node-pty'],
  server: ['node:*', 'ws'],
  desktop: ['node:*', 'electron'],
  cli: ['node:*', 'commander'],
};

/** Rooms that hold what must be right, and so depend on nothing but their arguments. */
const PURE = ['protocol', 'policy', 'timeline', 'replay', 'client'];

/** Inside engine, low to high; those in the middle do not know each other. */
const LOW = ['base', 'models'];
const MIDDLE = ['config', 'history', 'sandbox', 'network', 'approvals', 'agents'];
const HIGH = ['session', 'create-engine.ts'];
const USES_MODELS = ['approvals', 'agents'];

/** Further doors of engine, for a quick start: nothing heavy may be behind them. The second of them is opened only where hosts were typed. */
const QUICK_DOORS = ['engine/sandbox/index.ts', 'engine/network/index.ts'];
const SANDBOX_PACKAGES = ['node:*', 'node-pty'];

const HOST_GLOBALS = [
  ...[
    'Date',
    'performance',
    'crypto',
    'fetch',
    'WebSocket',
    'URL',
    'process',
    'Buffer',
    'console',
    'require',
  ],
  ...['setTimeout', 'setInterval', 'setImmediate', 'clearTimeout', 'clearInterval', 'queueMicrotask'],
  ...[
    'TextEncoder',
    'TextDecoder',
    'structuredClone',
    'navigator',
    'document',
    'window',
    'globalThis',
    'eval',
  ],
];

const onlyDoors = {
  group: Object.keys(ROOMS)
    .flatMap((room) => [`**/${room}/**`, `!**/${room}/index.ts`])
    .concat('**/engine/*/**/index.ts', ...QUICK_DOORS.map((door) => `!**/${door}`)),
  message: 'Another room is reached through its index.ts only, also by import().',
};

const onlyPackages = (allowed) => ({
  group: ['*', '!.', '!..', '!./**', '!../**', ...allowed.flatMap((name) => [`!${name}`, `!${name}/**`])],
  message: 'This room may not use this package: see the table in build/walls.mjs.',
});

const notAbove = (rooms) => ({
  group: rooms.flatMap((room) =>
    room.endsWith('.ts') ? [`**/${room}`] : [`../${room}/**`, `../../${room}/**`],
  ),
  message: `Inside engine: ${LOW.join(' < ')} < ${MIDDLE.join(', ')} (none knows another) < session < create-engine.`,
});

const onlyInnerDoors = {
  group: [...LOW, ...MIDDLE].flatMap((room) => [`../${room}/**`, `!../${room}/index.ts`]),
  message: 'Another part of engine is reached through its index.ts only, also by import().',
};

const style = (folder, rules) => ({ includes: [`**/src/${folder}`], linter: { rules: { style: rules } } });
const restrict = (folder, ...patterns) =>
  style(folder, { noRestrictedImports: { level: 'error', options: { patterns } } });

/** Which parts of engine a part may not import. */
function listForbidden(part) {
  if (part === 'base') return ['models', ...MIDDLE, ...HIGH];
  if (part === 'models') return [...MIDDLE, ...HIGH];
  if (part === 'session') return ['create-engine.ts'];
  const neighbours = MIDDLE.filter((other) => other !== part);
  return [...neighbours, ...(USES_MODELS.includes(part) ? [] : ['models']), ...HIGH];
}

function describeEnginePart(part) {
  const packages = onlyPackages(part === 'sandbox' ? SANDBOX_PACKAGES : ROOMS.engine);
  return restrict(`engine/${part}/**`, packages, onlyDoors, onlyInnerDoors, notAbove(listForbidden(part)));
}

const message = 'A pure room has no clock, host or I/O: take what it lacks as a port.';
const deniedGlobals = Object.fromEntries(HOST_GLOBALS.map((name) => [name, message]));
const noHost = { noRestrictedGlobals: { level: 'error', options: { deniedGlobals } } };

const overrides = [
  ...PURE.map((room) => style(`${room}/**`, noHost)),
  ...Object.entries(ROOMS).map(([room, packages]) =>
    restrict(`${room}/**`, onlyPackages(packages), onlyDoors),
  ),
  // the one file that knows which library describes the shapes
  restrict('protocol/zod.ts', onlyPackages(['zod']), onlyDoors),
  ...[...LOW, ...MIDDLE, 'session'].map(describeEnginePart),
];

const path = join(root, 'build', 'walls.json');
const lines = overrides.map((override) => `    ${JSON.stringify(override)}`);
const text = `{\n  "overrides": [\n${lines.join(',\n')}\n  ]\n}\n`;
if (!process.argv.includes('--check')) writeFileSync(path, text);
else if (readFileSync(path, 'utf8') !== text) {
  process.stderr.write('build/walls.json is stale: run `node build/walls.mjs`\n');
  process.exitCode = 1;
}
