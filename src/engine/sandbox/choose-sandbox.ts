import { Fault, type SandboxMode } from '../../protocol/index.ts';
import { createAppContainer } from './appcontainer.ts';
import { createBubblewrap } from './bubblewrap.ts';
import { findContainerHelper, type HelperPaths } from './helper-paths.ts';
import { createNoWall } from './no-wall.ts';
import type { Sandbox } from './sandbox.ts';
import { createSeatbelt, createTethered } from './seatbelt.ts';

export interface SandboxChoice {
  readonly platform?: NodeJS.Platform;
  /** Where the native helpers of Linux are; by default those of this installation. */
  readonly helpers?: HelperPaths;
}

/** How a platform builds its walls. */
interface PlatformWalls {
  readonly walled: (choice: SandboxChoice) => Sandbox;
  /** For danger-full-access. */
  readonly bare: (choice: SandboxChoice) => Sandbox;
}

const PLATFORMS: Partial<Record<NodeJS.Platform, PlatformWalls>> = {
  linux: {
    walled: ({ helpers }) => createBubblewrap(helpers),
    bare: ({ helpers }) => createNoWall(helpers),
  },
  darwin: { walled: () => createSeatbelt(), bare: () => createTethered() },
  win32: {
    walled: () => createAppContainer(findContainerHelper()),
    bare: () => createAppContainer(findContainerHelper(), 'none'),
  },
};

/**
 * The wall of this platform for a mode.
 * @throws Fault `host` on a platform that has none: nothing is run with less than was asked for.
 */
export function chooseSandbox(mode: SandboxMode, choice: SandboxChoice = {}): Sandbox {
  const platform = choice.platform ?? process.platform;
  const walls = PLATFORMS[platform];
  if (walls === undefined) {
    const able = Object.keys(PLATFORMS).join(' and ');
    throw new Fault({
      kind: 'host',
      code: 'platform-unsupported',
      message: `Sallyport cannot confine programs on ${platform} yet; it can on ${able}.`,
      hint: 'Run it on Linux, in a Linux virtual machine, or in WSL 2.',
    });
  }
  return mode === 'danger-full-access' ? walls.bare(choice) : walls.walled(choice);
}
