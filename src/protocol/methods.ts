import { AnswerResult, Approval, ApprovalAnswer } from './approval.ts';
import { Grant } from './grant.ts';
import { GrantId, SessionId } from './ids.ts';
import { LIMIT_NAMES } from './limit-names.ts';
import { pageMethods, pageNotifications, TerminalSize } from './methods-page.ts';
import { Proposal, ProposalResult } from './proposal.ts';
import { z } from './zod.ts';

/** Raised when a client and an engine could no longer understand each other. */
export const PROTOCOL_VERSION = 1;

const Empty = z.strictObject({});

/** Configuration as the opener typed it: flags, and `-c` overrides. */
export const SessionFlags = z.strictObject({
  sandbox: z.string().optional(),
  askForApproval: z.string().optional(),
  /** `-p`: the name of a profile. */
  profile: z.string().optional(),
  preset: z.string().optional(),
  addDirs: z.array(z.string()).default([]),
  overrides: z.array(z.string()).default([]),
  fullAuto: z.boolean().default(false),
  bypass: z.boolean().default(false),
  shell: z.string().optional(),
  /** Entries of the list of hosts, `HOST[:PORT]`. */
  allowDomains: z.array(z.string()).default([]),
  denyDomains: z.array(z.string()).default([]),
  /** `[HOST:]PORT` of servers inside that may be opened in the person's browser. */
  publish: z.array(z.string()).default([]),
  /** By the name of a key of `[limits]`, as typed. */
  limits: z.partialRecord(z.enum(LIMIT_NAMES), z.string()).default({}),
});
export type SessionFlags = z.infer<typeof SessionFlags>;

/** Nothing typed. */
export const NO_FLAGS: SessionFlags = SessionFlags.parse({});

/** What the opener's process is: the session runs with it, not with the engine's own. */
export const SessionOpenParams = z.strictObject({
  origin: z.string().max(64),
  cwd: z.string(),
  env: z.record(z.string(), z.string()),
  umask: z.int().min(0).max(0o777),
  /** Present when the opener has a terminal: the script gets one too. */
  terminal: TerminalSize.optional(),
  hasStdin: z.boolean(),
  flags: SessionFlags,
  /**
   * `opener`: it asks its person; `others`: waits until any client answers; `present`: waits only while a client that
   * may answer is connected, else refused at once; `nobody`: questions are refused at once.
   */
  answers: z.enum(['opener', 'others', 'present', 'nobody']),
  title: z.string().max(200).optional(),
  /** A program that may be an agent: the preset that fits it is in force, or the one that is named; `none` for none. */
  agent: z
    .strictObject({ program: z.string().min(1).max(4096), preset: z.string().max(64).optional() })
    .optional(),
});
export type SessionOpenParams = z.infer<typeof SessionOpenParams>;

export const SessionExecResult = z.object({
  outcome: z.enum(['ran', 'refused', 'cancelled', 'fault']),
  /** The shell's own exit status, 128+n for a signal; 126 refused; 125 our failure. */
  exitCode: z.int(),
  message: z.string().optional(),
});
export type SessionExecResult = z.infer<typeof SessionExecResult>;

const StreamData = z.strictObject({
  sessionId: SessionId,
  stream: z.enum(['stdin', 'stdout', 'stderr']),
  data: z.base64(),
});

/**
 * Every request a client may send, with the shape of its parameters and of its result. `params` is checked before
 * anything is done; a message of another shape is answered with an error and changes nothing.
 */
export const methods = {
  'engine/hello': {
    params: z.strictObject({
      protocolVersion: z.int(),
      client: z.string().max(64),
      version: z.string().max(64),
      /** Gives up the rights that a page does not have; a page has no others anyway. */
      as: z.enum(['control', 'page']).optional(),
    }),
    result: z.object({
      protocolVersion: z.int(),
      engineVersion: z.string(),
      engineId: z.string(),
      pid: z.int(),
      openSessions: z.int(),
    }),
  },
  /** Ends the engine when no session is open. */
  'engine/stop': {
    params: z.strictObject({ force: z.boolean().default(false) }),
    result: z.object({ stopping: z.boolean() }),
  },
  'session/open': {
    params: SessionOpenParams,
    result: z.object({ sessionId: SessionId, warnings: z.array(z.string()), summary: z.array(z.string()) }),
  },
  /** One script through gate and wall; answers when it has ended. */
  'session/exec': {
    params: z.strictObject({ sessionId: SessionId, script: z.string() }),
    result: SessionExecResult,
  },
  /** One program through gate and wall, its words as they are; answers when it has ended. */
  'session/run': {
    params: z.strictObject({ sessionId: SessionId, argv: z.array(z.string()).min(1).max(4096) }),
    result: SessionExecResult,
  },
  /** A proposal as programs inside make them, in the turn that runs; one is begun where there is none. */
  'session/propose': {
    params: z.strictObject({
      sessionId: SessionId,
      /** Of this proposal, unique among those that are open, to take it back by. */
      key: z.string().min(1).max(64),
      proposal: Proposal,
    }),
    result: ProposalResult,
  },
  /** The proposal is not wanted any more: its question is withdrawn, its script ended. */
  'session/take-back': {
    params: z.strictObject({ sessionId: SessionId, key: z.string().min(1).max(64) }),
    result: Empty,
  },
  /** A scripted agent plays its turns; answers when it has ended. */
  'session/drive': {
    params: z.strictObject({
      sessionId: SessionId,
      driver: z.literal('script'),
      /** What is in the file, and its name for messages. */
      text: z.string().max(4_194_304),
      file: z.string().max(4096),
    }),
    result: SessionExecResult,
  },
  /** Changes one key of an open session, from its next step on. `value` as behind `-c key=`; absent: takes the change back. */
  'session/set': {
    params: z.strictObject({
      /** The id or an unambiguous prefix of one. */
      sessionId: z.string().max(64),
      key: z.string().min(1).max(200),
      value: z.string().max(65_536).optional(),
      by: z.string().max(128),
    }),
    result: z.object({
      sessionId: SessionId,
      digest: z.string(),
      warnings: z.array(z.string()),
      /** What holds instead, where a bound of the machine keeps the value out of force. */
      held: z.string().optional(),
    }),
  },
  'session/close': { params: z.strictObject({ sessionId: SessionId }), result: Empty },
  'session/signal': {
    params: z.strictObject({
      sessionId: SessionId,
      signal: z.enum(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGKILL']),
      /** Only for what has not begun: what runs has a terminal that makes its own signals of keys. */
      isOnlyInFront: z.boolean().optional(),
    }),
    result: Empty,
  },
  'session/resize': { params: TerminalSize.extend({ sessionId: SessionId }), result: Empty },
  /** Events after `after` (0: all) of one session, then new ones; without a session, new ones of every session. */
  'event/subscribe': {
    params: z.strictObject({
      sessionId: SessionId.optional(),
      after: z.int().min(0).default(0),
      /** This client shows questions to a person. */
      mayAnswer: z.boolean().default(false),
    }),
    result: z.object({ approvals: z.array(Approval) }),
  },
  'approval/list': { params: Empty, result: z.object({ approvals: z.array(Approval) }) },
  'approval/answer': {
    params: z.strictObject({
      /** The id or an unambiguous prefix of one. */
      approvalId: z.string().max(64),
      /** Of what was shown; absent: the caller answers whatever the question now is. */
      digest: z.string().optional(),
      requestKey: z.string().min(1).max(128),
      by: z.string().max(128),
      answer: ApprovalAnswer,
    }),
    result: AnswerResult,
  },
  'grant/list': { params: Empty, result: z.object({ grants: z.array(Grant) }) },
  'grant/revoke': {
    params: z.strictObject({ grantId: GrantId, by: z.string().max(128) }),
    result: z.object({ revoked: z.boolean() }),
  },
  /** The address of the page with a new one-time token; starts the web host where it does not run yet. */
  'web/open': {
    params: z.strictObject({ port: z.int().min(0).max(65535).optional() }),
    result: z.object({ url: z.string() }),
  },
  ...pageMethods,
} as const;

export type MethodName = keyof typeof methods;

/** How a client is connected: a program of the same user over the control socket, or a page. */
export type ConnectionKind = 'control' | 'page';

/** What a page may ask for. Everything else is answered as if it did not exist. */
export const PAGE_METHODS: readonly MethodName[] = [
  'engine/hello',
  ...(Object.keys(pageMethods) as (keyof typeof pageMethods)[]),
  'session/close',
  'session/signal',
  'approval/list',
  'approval/answer',
  'grant/list',
  'grant/revoke',
];
export type MethodParams<M extends MethodName> = z.input<(typeof methods)[M]['params']>;
export type CheckedParams<M extends MethodName> = z.output<(typeof methods)[M]['params']>;
export type MethodResult<M extends MethodName> = z.output<(typeof methods)[M]['result']>;

/** Messages without an answer, in either direction. */
export const notifications = {
  /** Engine to subscriber. */
  'event/appended': z.object({ events: z.array(z.unknown()) }),
  /** Engine to subscriber; may be dropped. */
  'output/added': z.object({
    sessionId: SessionId,
    runId: z.string(),
    stream: z.enum(['stdout', 'stderr']),
    offset: z.int(),
    text: z.string(),
  }),
  /** Opener's lossless stream, both ways. */
  'stream/data': StreamData,
  'stream/end': z.strictObject({ sessionId: SessionId, stream: z.enum(['stdin', 'stdout', 'stderr']) }),
  /** The receiver has dealt with so many bytes: the sender may send as many again. */
  'stream/credit': z.strictObject({
    sessionId: SessionId,
    stream: z.enum(['stdin', 'stdout', 'stderr']),
    bytes: z.int().min(0),
  }),
  ...pageNotifications,
} as const;

export type NotificationName = keyof typeof notifications;
export type NotificationParams<N extends NotificationName> = z.output<(typeof notifications)[N]>;
/** What a sender of a notification hands over, before its schema is applied. */
export type NotificationInput<N extends NotificationName> = z.input<(typeof notifications)[N]>;
