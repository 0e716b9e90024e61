import { Fault, type SandboxMode } from '../../protocol/index.ts';
import { createBubblewrap } from './bubblewrap.ts';
import { createNoWall } from './no-wall.ts';
import type { Sandbox } from './sandbox.ts';

/**
 * The wall of this platform for a mode.
 * @throws Fault `host` on a platform that has none: nothing is run with less than was asked for.
 */
export function chooseSandbox(mode: SandboxMode, platform: NodeJS.Platform = process.platform): Sandbox {
  if (platform !== 'linux') {
    throw new Fault({
      kind: 'host',
      code: 'platform-unsupported',
      message: `Sallyport cannot confine programs on ${platform} yet; it can on Linux.`,
      hint: 'Run it on Linux, in a Linux virtual machine, or in WSL 2.',
    });
  }
  return mode === 'danger-full-access' ? createNoWall() : createBubblewrap();
}
