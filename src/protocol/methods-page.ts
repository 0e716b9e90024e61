/** What a page asks for: whole views instead of events, and sessions without a process of its own behind them. */
import { Approval } from './approval.ts';
import { ApprovalContext } from './approval-context.ts';
import { Explanation } from './explanation.ts';
import { ApprovalId, RunId, SessionId } from './ids.ts';
import { Risk } from './risk.ts';
import { SessionHead, SettledApproval } from './session-head.ts';
import { Reason, StepCategory, Verdict } from './step.ts';
import { MapMark, RowCounts, RowFilter, TimelineRow } from './timeline-row.ts';
import { z } from './zod.ts';

const Empty = z.strictObject({});

/** A session as the form of the page describes it; environment and home are those of the engine's own login. */
export const SessionStartParams = z.strictObject({
  /** Absolute, or beginning with `~`. */
  folder: z.string().min(1).max(4096),
  /** `script` is given to the shell; `program` is a command line that runs in a terminal of its own. */
  kind: z.enum(['script', 'program']),
  text: z.string().max(65_536),
  title: z.string().max(200).optional(),
  sandbox: z.enum(['read-only', 'workspace-write', 'danger-full-access']).optional(),
  askForApproval: z.enum(['untrusted', 'on-request', 'never']).optional(),
  network: z.boolean().optional(),
  addDirs: z.array(z.string().max(4096)).max(50).default([]),
  /** Must be the word `danger` where the wall is left out. */
  typedWord: z.string().max(64).optional(),
});
export type SessionStartParams = z.infer<typeof SessionStartParams>;

/** One step of a script as it would be judged. */
export const PreviewStep = z.object({
  text: z.string(),
  verdict: Verdict,
  category: StepCategory,
  risk: Risk.nullable(),
  reasons: z.array(Reason),
});
export type PreviewStep = z.infer<typeof PreviewStep>;

/** What would be enforced, before anything is started. */
export const SessionPreview = z.object({
  workspace: z.string(),
  sandboxMode: z.string(),
  approvalPolicy: z.string(),
  write: z.array(z.string()),
  /** Names and paths that stay read-only below them. */
  protected: z.array(z.string()),
  /** How many secrets of this machine are hidden. */
  maskedCount: z.int().min(0),
  network: z.enum(['off', 'asked', 'on']),
  wall: z.enum(['bubblewrap', 'seatbelt', 'appcontainer', 'none']),
  gate: z.enum(['kernel', 'shell', 'none']),
  notices: z.array(z.string()),
  warnings: z.array(z.string()),
  /** At most 200. */
  steps: z.array(PreviewStep),
  stepCount: z.int().min(0),
  /** Why the script is one opaque step. */
  opaque: z.string().optional(),
});
export type SessionPreview = z.infer<typeof SessionPreview>;

/** The rows of a session at its end, and how many there are. */
const RowsPage = z.object({
  rows: z.array(TimelineRow),
  /** Rows that fit the filter. */
  total: z.int().min(0),
  /** Position of the first of `rows` among those that fit the filter; equal to its `index` without a filter. */
  from: z.int().min(0),
  lastSeq: z.int().min(0),
  counts: RowCounts,
});
export type RowsPage = z.infer<typeof RowsPage>;

const About = z.object({
  version: z.string(),
  engineId: z.string(),
  pid: z.int(),
  platform: z.string(),
  wall: z.string(),
  /** `bubblewrap 0.8.0`. */
  wallVersion: z.string(),
  gate: z.enum(['kernel', 'shell', 'none']),
  home: z.string(),
  /** The person has seen the first-run page of this home, or used it otherwise. */
  hasHistory: z.boolean(),
});
export type EngineAbout = z.infer<typeof About>;

/** A terminal in columns and rows. */
export const TerminalSize = z.strictObject({
  columns: z.int().min(1).max(2000),
  rows: z.int().min(1).max(2000),
});

/** What a page types at once; a longer paste comes in pieces. */
const MAX_TYPED_CHARS = 64 * 1024;

export const pageMethods = {
  /** Everything that waits and every session, then `overview/changed`. */
  'overview/watch': {
    params: z.strictObject({ mayAnswer: z.boolean().default(false) }),
    result: z.object({
      about: About,
      /** Newest first: all that are open, and at most 200 others. */
      sessions: z.array(SessionHead),
      approvals: z.array(Approval),
    }),
  },
  /**
   * Follows the rows of one session with `rows/changed`, in place of the one that this connection followed before.
   * With `after`, only rows that changed behind that event are sent, unless they are too many: then `isReset`.
   */
  'session/watch': {
    params: z.strictObject({ sessionId: SessionId, after: z.int().min(0).optional() }),
    result: RowsPage.extend({ head: SessionHead, isReset: z.boolean() }),
  },
  'session/unwatch': { params: Empty, result: Empty },
  /** Rows before or after a row, or at a position among those that fit; at the end when none of the three is given. */
  'session/rows': {
    params: z.strictObject({
      sessionId: SessionId,
      filter: RowFilter.default({}),
      /** `index` of a row. */
      before: z.int().min(0).optional(),
      after: z.int().min(0).optional(),
      /** Position among the rows that fit the filter. */
      at: z.int().min(0).optional(),
      limit: z.int().min(1).max(500).default(200),
    }),
    result: RowsPage,
  },
  /** The minimap: the rows that fit, cut into equal stretches; where there are fewer rows, one for each. */
  'session/map': {
    params: z.strictObject({
      sessionId: SessionId,
      filter: RowFilter.default({}),
      stretches: z.int().min(1).max(600),
    }),
    result: z.object({ total: z.int(), marks: z.array(MapMark) }),
  },
  /** The next row behind a position that waits for a person, or that has a question; `null`: there is none. */
  'session/find': {
    params: z.strictObject({
      sessionId: SessionId,
      filter: RowFilter.default({}),
      /** Position among the rows that fit; the search begins beside it. */
      from: z.int().min(-1),
      direction: z.enum(['forward', 'backward']),
      what: z.enum(['waiting', 'approval']),
    }),
    result: z.object({ position: z.int().nullable(), row: TimelineRow.nullable() }),
  },
  /** What a script printed, masked as it is stored. `offset` is in bytes; a negative one counts from the end. */
  'run/output': {
    params: z.strictObject({
      runId: RunId,
      stream: z.enum(['stdout', 'stderr']),
      offset: z.int().default(0),
      limit: z
        .int()
        .min(1)
        .max(256 * 1024)
        .default(64 * 1024),
    }),
    result: z.object({
      text: z.string(),
      offset: z.int(),
      /** Stored bytes. */
      size: z.int(),
      /** Bytes in the middle that were not kept. */
      cutBytes: z.int(),
    }),
  },
  /** Why a run was judged as it was, and what would have to change; `null`: nothing is known of it. */
  'run/explain': {
    params: z.strictObject({ sessionId: SessionId, runId: RunId }),
    result: z.object({ explanation: Explanation.nullable() }),
  },
  /**
   * Follows the terminal of one open session with `terminal/data` and `terminal/size`, in place of the one that this
   * connection followed before. First comes what is kept of what was printed.
   */
  'terminal/watch': {
    params: z.strictObject({ sessionId: SessionId }),
    result: z.object({
      size: TerminalSize,
      /** Its size may follow a page: it has no other screen. */
      mayResize: z.boolean(),
      /** Where the first piece will begin; what was printed before that is not kept. */
      offset: z.int().min(0),
    }),
  },
  'terminal/unwatch': { params: Empty, result: Empty },
  /** Keys for the program, as bytes. */
  'terminal/input': {
    params: z.strictObject({ sessionId: SessionId, data: z.base64().max(MAX_TYPED_CHARS) }),
    result: Empty,
  },
  /** Does nothing where its opener has the size. */
  'terminal/resize': { params: TerminalSize.extend({ sessionId: SessionId }), result: Empty },
  'session/start': {
    params: SessionStartParams,
    result: z.object({ sessionId: SessionId, warnings: z.array(z.string()) }),
  },
  'session/preview': { params: SessionStartParams, result: SessionPreview },
  /** New runs wait, or go on again. What runs already goes on. */
  'session/pause': { params: z.strictObject({ sessionId: SessionId, isPaused: z.boolean() }), result: Empty },
  /** Folders below the one that is typed so far, for the form. Names only, at most 100. */
  'folder/list': {
    params: z.strictObject({ typed: z.string().max(4096) }),
    result: z.object({ folders: z.array(z.string()), exists: z.boolean() }),
  },
  'approval/context': {
    params: z.strictObject({ approvalId: ApprovalId }),
    result: z.object({
      /** `null`: unknown to the history. */
      context: ApprovalContext.nullable(),
      approval: Approval.nullable(),
      settled: SettledApproval.nullable(),
    }),
  },
  /** A scratch project with a real script that asks; the example of the first-run page. */
  'demo/start': { params: Empty, result: z.object({ sessionId: SessionId, folder: z.string() }) },
} as const;

export const pageNotifications = {
  /** Engine to page. Questions at once; heads of sessions at most four times a second. */
  'overview/changed': z.object({
    sessions: z.array(SessionHead),
    /** New or changed questions. */
    approvals: z.array(Approval),
    settled: z.array(SettledApproval),
  }),
  /**
   * Engine to page: bytes of a terminal, `offset` counted from the first one that was printed. A slow reader is not
   * sent everything; what is left out lies between the end of the piece before and `offset`.
   */
  'terminal/data': z.object({ sessionId: SessionId, offset: z.int().min(0), data: z.base64() }),
  /** Engine to page. */
  'terminal/size': z.object({ sessionId: SessionId, size: TerminalSize }),
  /** Engine to page: rows that are new or not what they were. */
  'rows/changed': z.object({
    sessionId: SessionId,
    rows: z.array(TimelineRow),
    total: z.int(),
    lastSeq: z.int(),
    counts: RowCounts,
    /** This reader was too slow and has missed some: it watches anew. */
    isCut: z.boolean(),
  }),
} as const;
