import { homedir } from 'node:os';
import { type LoadedConfig, loadConfig } from '../engine/index.ts';
import { findSecrets } from '../engine/sandbox/index.ts';
import type { PolicyFlags } from './command-line.ts';
import { currentFolder } from './current-folder.ts';
import { toSessionFlags, workingFolder } from './session-flags.ts';

/** The configuration that a session with these flags would have. Throws a `user` fault at the first mistake. */
export function loadSessionConfig(flags: PolicyFlags, cwd = workingFolder(flags)): LoadedConfig {
  return loadConfig({
    cwd,
    env: process.env,
    home: homedir(),
    flags: toSessionFlags(flags, currentFolder()),
    ports: { findSecrets: (home) => findSecrets(home, process.env).map((secret) => secret.path) },
  });
}
