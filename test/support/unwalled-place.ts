import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventsOf } from './events-of.ts';
import {
  makeFolder,
  type RealEngine,
  type ScriptOptions,
  type ScriptResult,
  startRealEngine,
} from './real-engine.ts';

/** A real engine and folders of a test's own, for commands that rules let run without the wall. */
export interface UnwalledPlace {
  readonly engine: RealEngine;
  /** Holds all other folders. */
  readonly base: string;
  readonly workspace: string;
  /** Home of the commands; no session may write it. */
  readonly outside: string;
  /** Puts the lines into the only file of rules, and gives its path. */
  writeRules(...lines: string[]): string;
  env(more?: Record<string, string>): Record<string, string>;
  /** A script in the workspace, as a session in which nobody answers. */
  run(script: string, more?: Partial<ScriptOptions>): Promise<ScriptResult>;
  close(): Promise<void>;
}

export async function openUnwalledPlace(): Promise<UnwalledPlace> {
  const engine = await startRealEngine();
  // Not in /tmp, which sessions may write.
  const base = makeFolder('sallyport-unwalled', '/var/tmp');
  const [workspace, outside] = [join(base.path, 'work'), join(base.path, 'outside')];
  const rules = join(engine.home, 'rules');
  for (const folder of [workspace, outside, rules]) mkdirSync(folder, { recursive: true });
  const env = (more: Record<string, string> = {}): Record<string, string> => ({
    PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    HOME: outside,
    ...more,
  });
  return {
    engine,
    base: base.path,
    workspace,
    outside,
    writeRules: (...lines) => {
      const file = join(rules, 'own.rules');
      writeFileSync(file, `${lines.join('\n')}\n`);
      return file;
    },
    env,
    run: (script, more = {}) =>
      engine.run(script, { cwd: workspace, env: env(), answers: 'nobody', ...more }),
    close: async () => {
      await engine.stop();
      base.remove();
    },
  };
}

/** The walls that the programs of a script had. */
export function wallsOf({ events }: Pick<ScriptResult, 'events'>): string[] {
  return [...new Set(eventsOf(events, 'step/started').map(({ access }) => access?.wall ?? 'unknown'))];
}
