import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type LoadConfigOptions, type LoadedConfig, loadConfig } from '../../../src/engine/config/index.ts';
import { Fault, NO_FLAGS, type SessionFlags } from '../../../src/protocol/index.ts';

/** A home folder with a project in it, and the configuration that a session there gets. */
export class ConfigFolder {
  readonly home = realpathSync(mkdtempSync(join(tmpdir(), 'config-')));
  readonly workspace = join(this.home, 'work', 'project');
  readonly requirementsFile = join(this.home, 'etc', 'requirements.toml');
  readonly userFile = join(this.home, '.sallyport', 'config.toml');

  constructor(userToml?: string) {
    onTestFinished(() => rmSync(this.home, { recursive: true, force: true }));
    mkdirSync(this.workspace, { recursive: true });
    if (userToml !== undefined) this.write('.sallyport/config.toml', userToml);
  }

  write(path: string, content: string | Uint8Array): string {
    const file = join(this.home, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    return file;
  }

  load(
    flags: Partial<SessionFlags> = {},
    env: Record<string, string> = {},
    cwd = this.workspace,
    more: Partial<LoadConfigOptions> = {},
  ): LoadedConfig {
    const findSecrets = (home: string): string[] => [join(home, '.ssh')];
    return loadConfig({
      cwd,
      env,
      home: this.home,
      flags: { ...NO_FLAGS, ...flags },
      ports: { findSecrets },
      // that of this machine says nothing about these cases
      requirementsFile: this.requirementsFile,
      ...more,
    });
  }

  /** The fault that loading throws, with this folder shown as HOME. */
  fault(
    flags: Partial<SessionFlags> = {},
    env: Record<string, string> = {},
  ): { error: string; hint: string } {
    try {
      this.load(flags, env);
    } catch (thrown) {
      if (!(thrown instanceof Fault) || thrown.kind !== 'user') throw thrown;
      return { error: this.shorten(thrown.message), hint: this.shorten(thrown.hint ?? '') };
    }
    return { error: 'no error', hint: '' };
  }

  shorten(text: string): string {
    return text.replaceAll(this.userFile, 'FILE').replaceAll(this.home, 'HOME');
  }

  warnings(
    flags: Partial<SessionFlags> = {},
    env: Record<string, string> = {},
    cwd = this.workspace,
  ): string[] {
    return this.load(flags, env, cwd).warnings.map((text) => this.shorten(text));
  }
}
