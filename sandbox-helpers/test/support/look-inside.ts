import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { TestUser } from './helper-files.ts';

/** Runs a shell line in an anchor's view, without bubblewrap. */
export function lookInside(
  place: { readonly helpers: string; readonly anchorPid: number; readonly user: TestUser },
  script: string,
): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  const words = ['sup', '--anchor', String(place.anchorPid), '--', '/bin/sh', '-c', script];
  return spawnSync(join(place.helpers, 'exec-gate'), words, {
    ...place.user.ids,
    encoding: 'utf8',
    cwd: '/',
  });
}
