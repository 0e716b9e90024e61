import { Fault, type SandboxMode } from '../../protocol/index.ts';
import { createBubblewrap } from './bubblewrap.ts';
import type { HelperPaths } from './helper-paths.ts';
import { createNoWall } from './no-wall.ts';
import type { Sandbox } from './sandbox.ts';

export interface SandboxChoice {
  readonly platform?: NodeJS.Platform;
  /** Where the native helpers are; by default those of this installation. */
  readonly helpers?: HelperPaths;
}

/**
 * The wall of this platform for a mode.
 * @throws Fault `host` on a platform that has none: nothing is run with less than was asked for.
 */
export function chooseSandbox(mode: SandboxMode, choice: SandboxChoice = {}): Sandbox {
  const platform = choice.platform ?? process.platform;
  if (platform !== 'linux') {
    throw new Fault({
      kind: 'host',
      code: 'platform-unsupported',
      message: `Sallyport cannot confine programs on ${platform} yet; it can on Linux.`,
      hint: 'Run it on Linux, in a Linux virtual machine, or in WSL 2.',
    });
  }
  return mode === 'danger-full-access' ? createNoWall(choice.helpers) : createBubblewrap(choice.helpers);
}
