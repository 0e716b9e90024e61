/** Holds the words of `sandbox` to what the requirements of this machine leave. */
import { homedir } from 'node:os';
import type { BareBound } from '../engine/index.ts';
import type { plainSettings } from '../engine/sandbox/index.ts';
import type { WallWords } from './wall-words.ts';

type Settings = ReturnType<typeof plainSettings>;

/** Loaded only where the machine has requirements: the start is felt. */
export async function loadBound({ mode, cwd, addDirs, hosts, limits }: WallWords): Promise<BareBound> {
  const { boundBare } = await import('../engine/index.ts');
  return boundBare({
    ...{ cwd, env: process.env, home: homedir() },
    flags: {
      sandbox: mode,
      addDirs: [...addDirs],
      allowDomains: [...hosts.allow],
      denyDomains: [...hosts.deny],
      limits,
    },
  });
}

/** What was typed as far as the machine lets it hold. */
export function narrowWords(typed: WallWords, { sandboxMode, hosts }: BareBound): WallWords {
  return { ...typed, mode: sandboxMode, hosts: { ...typed.hosts, ...hosts } };
}

/** A wall as far as the machine lets it be open. */
export function narrowSettings(
  plain: Settings,
  { writableRoots, denied, limits, protectedPaths, tmpWritable, tmpSizeBytes }: BareBound,
): Settings {
  return {
    ...plain,
    writableRoots: plain.writableRoots.filter((root) => writableRoots.includes(root)),
    tmpWritable: plain.tmpWritable && tmpWritable,
    tmpSizeBytes: Math.min(plain.tmpSizeBytes, tmpSizeBytes),
    secretPaths: [...new Set([...plain.secretPaths, ...denied])],
    protectedPaths: [...plain.protectedPaths, ...protectedPaths],
    limits,
  };
}
