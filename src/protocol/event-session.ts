import { ConfigSnapshot } from './config.ts';
import { ConfigOrigin } from './config-origin.ts';
import { TurnId } from './ids.ts';
import { z } from './zod.ts';

export const SessionOpened = z.object({
  type: z.literal('session/opened'),
  /** The engine process that owns the session. */
  engineId: z.string(),
  engineVersion: z.string(),
  protocolVersion: z.int(),
  /** `exec`, `demo`, `run` …: what opened it. */
  origin: z.string(),
  agentName: z.string(),
  title: z.string(),
  cwd: z.string(),
  workspace: z.string(),
  hasTerminal: z.boolean(),
  parentSessionId: z.string().optional(),
});
export const SessionClosed = z.object({
  type: z.literal('session/closed'),
  reason: z.enum(['finished', 'closed-by-opener', 'opener-gone', 'engine-stopped', 'fault']),
  detail: z.string().optional(),
});
export const SessionLost = z.object({
  type: z.literal('session/lost'),
  /** The engine that ended without closing it. */
  engineId: z.string(),
});
/** A person made new runs wait, or let them go on. */
export const SessionPaused = z.object({ type: z.literal('session/paused'), by: z.string() });
export const SessionResumed = z.object({ type: z.literal('session/resumed'), by: z.string() });
/** The configuration from here on; judgements name the digest. `origins` tells where each key comes from. */
export const ConfigSnapshotTaken = z.object({
  type: z.literal('config/snapshot'),
  digest: z.string(),
  content: ConfigSnapshot,
  origins: z.record(z.string(), ConfigOrigin),
  warnings: z.array(z.string()),
  /** A person, or a file that was written, changed it while the session was open; absent for the first one. */
  by: z.string().optional(),
});
export const TurnStarted = z.object({ type: z.literal('turn/started'), turnId: TurnId });
export const TurnEnded = z.object({
  type: z.literal('turn/ended'),
  turnId: TurnId,
  outcome: z.enum(['finished', 'stopped', 'cancelled', 'lost']),
});
export const MessageAdded = z.object({
  type: z.literal('message/added'),
  turnId: TurnId,
  role: z.enum(['person', 'agent', 'system']),
  text: z.string(),
});
