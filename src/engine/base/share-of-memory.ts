import { totalmem } from 'node:os';

/** That many percent of the memory that this process may use, in whole bytes: of the machine's, or of its container's. */
export function shareOfMemory(percent: number): number {
  const allowed = process.constrainedMemory();
  const whole = allowed > 0 ? Math.min(allowed, totalmem()) : totalmem();
  return Math.floor((whole / 100) * percent);
}
