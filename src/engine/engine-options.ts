import { join } from 'node:path';
import type { Clock } from './base/index.ts';
import type { Resolve } from './network/index.ts';

export interface EngineOptions {
  /** `$SALLYPORT_HOME`. */
  readonly home: string;
  /** Folder of the control socket; mode 0700. */
  readonly runtimeDir: string;
  readonly version: string;
  readonly clock?: Clock;
  /** Looks names up for sessions; the system's own by default. */
  readonly resolve?: Resolve;
  /** What this machine demands of configurations; the file of the platform by default. */
  readonly requirementsFile?: string;
  /** Environment of the login, for sessions that no client opens; that of this process by default. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Where the history lies in `$SALLYPORT_HOME`. */
export function historyFileOf(home: string): string {
  return join(home, 'history.sqlite');
}
