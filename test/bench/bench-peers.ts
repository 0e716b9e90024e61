/** `npm run bench -- --peers`: how long a start takes here and in sandboxes of others, in one run, as an ordinary user. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { giveTo, listTestUsers, makeUserFolder, type TestUser } from '../support/as-user.ts';
import { benchNetwork } from './bench-network.ts';
import { installPeers, PEERS } from './install-peers.ts';
import { type BenchRow, compare } from './measure.ts';
import type { PeerOrder, PeerTimes } from './peer-times.ts';

const ROUNDS = 25;
const root = join(import.meta.dirname, '..', '..');

/** Installs what is compared with, measures in a process of the user's, and gives the ratios. */
export async function benchPeers(): Promise<BenchRow[]> {
  const peers = installPeers(root);
  const user = chooseUser();
  const folder = makeUserFolder(user);
  const temporary = join(folder.path, 'tmp');
  mkdirSync(temporary);
  giveTo(user, folder.path);
  const order: PeerOrder = {
    ...peers,
    folder: folder.path,
    cli: join(root, 'build', 'bin', 'sallyport'),
    rounds: ROUNDS,
  };
  const script = join(import.meta.dirname, 'peer-times.ts');
  const printed = execFileSync(process.execPath, [script, JSON.stringify(order)], {
    ...idsOf(user),
    cwd: folder.path,
    encoding: 'utf8',
    env: { HOME: folder.path, TMPDIR: temporary, PATH: '/usr/local/bin:/usr/bin:/bin' },
  });
  folder.remove();
  return [...rowsOf(JSON.parse(printed) as PeerTimes, user), ...(await benchNetwork(peers))];
}

function rowsOf(times: PeerTimes, user: TestUser): BenchRow[] {
  const codex = { name: `codex ${PEERS['@openai/codex']}`, value: times.codex };
  const name = `as ${user.name}: launch of true in an open session`;
  const rows = [
    compare({ name, value: times.launch, baseline: codex, most: 0.5 }),
    compare({ name: `${name}, calls held`, value: times.held, baseline: codex, most: 0.5 }),
  ];
  if (times.srt === null) process.stderr.write('bench: srt needs socat, which is not here: left out\n');
  else {
    const srt = { name: `srt ${PEERS['@anthropic-ai/sandbox-runtime']}`, value: times.srt };
    rows.push(
      compare({ name, value: times.launch, baseline: srt, most: 0.1 }),
      compare({ name: `${name}, calls held`, value: times.held, baseline: srt, most: 0.1 }),
    );
  }
  const whole = `as ${user.name}: sallyport sandbox -- true, as a whole process`;
  return [...rows, compare({ name: whole, value: times.sandbox, baseline: codex, most: 1.5 })];
}

/** The ordinary user where that one can read this checkout, else whoever started this, which is said. */
function chooseUser(): TestUser {
  const users = listTestUsers();
  const ordinary = users.find(({ name }) => name === 'ordinary user');
  if (ordinary !== undefined && canRead(ordinary)) return ordinary;
  process.stderr.write('bench: no ordinary user can read this folder: measured as root\n');
  return { name: 'root', uid: 0, gid: 0 };
}

function canRead(user: TestUser): boolean {
  return spawnSync('/usr/bin/test', ['-r', join(root, 'package.json')], idsOf(user)).status === 0;
}

/** Only root can be another. */
function idsOf({ uid, gid }: TestUser): { uid?: number; gid?: number } {
  return process.getuid?.() === 0 ? { uid, gid } : {};
}
