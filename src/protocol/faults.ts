/**
 * Who is at fault. `user`: what was typed or configured; `agent`: the program in the session spoke nonsense; `host`:
 * this machine lacks something; `peer`: a client of ours; `remote`: a service elsewhere; `bug`: us.
 */
export type FaultKind = 'user' | 'agent' | 'host' | 'peer' | 'remote' | 'bug';

export interface FaultInit {
  readonly kind: FaultKind;
  /** Stable, kebab-case, for programs. */
  readonly code: string;
  /** One sentence for people, with the place (`file:line:column`) where there is one. */
  readonly message: string;
  /** The way out: what to type or change. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

/** The one error class that is thrown on purpose. Where the answer guards something, every fault means refuse. */
export class Fault extends Error {
  readonly kind: FaultKind;
  readonly code: string;
  readonly hint: string | undefined;

  constructor(init: FaultInit) {
    super(init.message, init.cause === undefined ? undefined : { cause: init.cause });
    this.name = 'Fault';
    this.kind = init.kind;
    this.code = init.code;
    this.hint = init.hint;
  }
}

/** The fault itself, or a `bug` fault around anything else that was thrown. */
export function toFault(thrown: unknown): Fault {
  if (thrown instanceof Fault) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new Fault({ kind: 'bug', code: 'unexpected', message, cause: thrown });
}
