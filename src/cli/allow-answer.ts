import { type AccessGrant, type ApprovalAnswer, GrantScope } from '../protocol/index.ts';
import { usageFault } from './command-line.ts';
import { parseDuration } from './parse-duration.ts';

export interface AllowFlags {
  readonly scope: string;
  readonly for?: string;
  readonly match?: string;
  readonly rule?: string;
  readonly edit?: string;
  readonly only?: readonly string[];
}

/** The answer that the flags of `approvals allow` say. `command` is what a usage fault names. */
export function readAllowAnswer(flags: AllowFlags, nowMs: number, command: string): ApprovalAnswer {
  if (flags.edit !== undefined) return readEdit(flags, command);
  const isUntil = flags.for !== undefined && flags.scope === 'once';
  const scope = GrantScope.safeParse(isUntil ? 'until' : flags.scope);
  if (!scope.success) {
    const offered = GrantScope.options.join(', ');
    throw usageFault(`--scope must be one of ${offered}, not ${flags.scope}`, command);
  }
  if (flags.match !== undefined && flags.match !== 'exact' && flags.match !== 'prefix') {
    throw usageFault(`--match must be exact or prefix, not ${flags.match}`, command);
  }
  if ((scope.data === 'until') !== (flags.for !== undefined)) {
    throw usageFault('--scope until and --for DURATION go together', command);
  }
  const forMs = flags.for === undefined ? undefined : parseDuration(flags.for);
  if (flags.for !== undefined && forMs === undefined) {
    throw usageFault(`--for must be a duration such as 30m, 1h or 2d, not ${flags.for}`, command);
  }
  requireAlways(flags.rule, scope.data, command);
  return {
    outcome: 'allowed',
    scope: scope.data,
    ...(flags.match !== undefined && { match: flags.match }),
    ...(forMs !== undefined && { untilMs: nowMs + forMs }),
    ...(flags.rule !== undefined && { rule: flags.rule }),
    ...(flags.only !== undefined && { granted: readPart(flags.only, command) }),
  };
}

function requireAlways(rule: string | undefined, scope: string, command: string): void {
  if (rule !== undefined && scope !== 'always') throw usageFault('--rule goes with --scope always', command);
}

/** What is written in place of the text says everything: how long and how much is asked about it anew. */
function readEdit(
  { edit = '', scope, for: forTime, match, rule, only }: AllowFlags,
  command: string,
): ApprovalAnswer {
  if (scope !== 'once' || [forTime, match, rule, only].some((flag) => flag !== undefined))
    throw usageFault('--edit goes with no other flag: the new text is judged by itself', command);
  return { outcome: 'edited', text: edit };
}

/** `read:PATH`, `write:PATH`, `host:NAME[:PORT]` and `socket:PATH`, several with commas between. */
function readPart(words: readonly string[], command: string): AccessGrant {
  const part: AccessGrant = { read: [], write: [], hosts: [], sockets: [] };
  for (const word of words.flatMap((text) => text.split(/,(?=(?:read|write|host|socket):)/))) {
    const [, kind, what = ''] = /^(read|write|host|socket):(.+)$/s.exec(word) ?? [];
    if (kind === 'read' || kind === 'write') part[kind].push(what);
    else if (kind === 'socket') part.sockets.push(what);
    else if (kind === 'host') part.hosts.push(readHost(what));
    else
      throw usageFault(
        `--only takes read:PATH, write:PATH, host:NAME:PORT, socket:PATH, not ${word}`,
        command,
      );
  }
  return part;
}

function readHost(text: string): AccessGrant['hosts'][number] {
  const [, host, port] = /^(.*):(\d{1,5})$/.exec(text) ?? [];
  return host === undefined || port === undefined ? { host: text } : { host, port: Number(port) };
}

export interface RejectFlags {
  readonly feedback?: string;
  readonly stopTurn?: boolean;
  readonly scope: string;
  readonly rule?: string;
}

/** The answer that the flags of `approvals reject` say. */
export function readRejectAnswer(flags: RejectFlags, command: string): ApprovalAnswer {
  const { feedback, stopTurn, scope, rule } = flags;
  if (feedback !== undefined && feedback.length > 4000)
    throw usageFault('--feedback may have 4,000 characters', command);
  if (scope !== 'once' && scope !== 'session' && scope !== 'always')
    throw usageFault(`--scope must be one of once, session, always, not ${scope}`, command);
  if (rule !== undefined && scope !== 'always') throw usageFault('--rule goes with --scope always', command);
  return {
    outcome: 'rejected',
    ...(feedback !== undefined && { feedback }),
    ...(stopTurn === true && { stopTurn }),
    ...(scope !== 'once' && { scope }),
    ...(rule !== undefined && { rule }),
  };
}
