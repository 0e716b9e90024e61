/** Puts the engine together. The caller holds the lock: there is one engine per user, always. */
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { realClock } from './base/index.ts';
import { sweepLeftovers } from './config/index.ts';
import type { Engine } from './engine.ts';
import { type EngineOptions, historyFileOf } from './engine-options.ts';
import { openHistoryReader, openJournal } from './history/index.ts';
import { RunningEngine } from './running-engine.ts';
import { readWallVersion, sweepGroups, sweepPlaceholders, sweepSockets } from './sandbox/index.ts';
import { recoverSessions } from './session/index.ts';

/** Opens the history, recovers what a dead engine left, and is ready for sessions. */
export async function createEngine(options: EngineOptions): Promise<Engine> {
  const clock = options.clock ?? realClock;
  const engineId = `engine-${randomBytes(8).toString('hex')}`;
  for (const path of [options.home, options.runtimeDir]) await mkdir(path, { recursive: true, mode: 0o700 });
  const file = historyFileOf(options.home);
  const wallVersion = readWallVersion();
  const journal = await openJournal({ file, nowMs: () => clock.nowMs() });
  const reader = openHistoryReader({ file });
  sweepLeftovers(options.home, clock.nowMs());
  await sweepPlaceholders(options.home);
  sweepSockets(options.runtimeDir);
  sweepGroups();
  await recoverSessions(journal, reader, engineId);
  return new RunningEngine({ options, clock, engineId, journal, reader, wallVersion: await wallVersion });
}
