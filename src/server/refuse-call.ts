import { Fault } from '../protocol/index.ts';

/** What a client is told that asked for something it cannot have. */
export function refuseCall(code: string, message: string, hint?: string): Fault {
  return new Fault({ kind: 'peer', code, message, hint });
}
