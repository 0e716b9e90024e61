/** What an engine does for its clients: the sessions, the open questions, the grants, and views of the history. */
import { randomBytes } from 'node:crypto';
import { homedir } from 'node:os';
import { join } from 'node:path';
import {
  type CheckedParams,
  createIdMaker,
  type Event,
  Fault,
  type OutputNotice,
  type SessionId,
} from '../protocol/index.ts';
import { applyAgent, loadWithAgent } from './agent-access.ts';
import { Broker, GrantBook } from './approvals/index.ts';
import type { Clock } from './base/index.ts';
import { type LoadConfigOptions, loadConfig } from './config/index.ts';
import { describeApproval } from './describe-approval.ts';
import type { Engine, OpenerStreams, OpenSession } from './engine.ts';
import type { EngineOptions } from './engine-options.ts';
import { explainRun } from './explain-run.ts';
import { type HistoryReader, HistoryViews, type Journal } from './history/index.ts';
import { listFolders } from './list-folders.ts';
import { listGrants } from './list-grants.ts';
import { LiveSessions } from './live-sessions.ts';
import { followConfig, readOpenParams, setInSession, withOverrides } from './living-config.ts';
import { PageSessions } from './page-sessions.ts';
import { recallAnswer } from './recall-answer.ts';
import { probeKernelGate } from './sandbox/index.ts';
import { saveRuleIn } from './save-rule.ts';
import type { SessionInput } from './session/index.ts';

/** What an engine is made of. Closing the engine closes journal and reader. */
export interface EngineParts {
  readonly options: EngineOptions;
  readonly clock: Clock;
  readonly engineId: string;
  readonly journal: Journal;
  readonly reader: HistoryReader;
  readonly wallVersion: string;
}

export class RunningEngine implements Engine {
  readonly engineId: string;
  readonly version: string;
  readonly #parts: EngineParts;
  readonly #broker: Broker;
  readonly #grants: GrantBook;
  readonly #hasKernelGate = probeKernelGate();
  readonly #views: HistoryViews;
  readonly #sessions: LiveSessions;
  readonly #login: { readonly env: NonNullable<EngineOptions['env']>; readonly home: string };
  readonly #pageSessions: PageSessions;
  readonly #outputListeners = new Set<(notice: OutputNotice) => void>();
  readonly #following: ReturnType<typeof followConfig>;
  #answerers = 0;
  #stopping: Promise<void> | undefined;

  constructor(parts: EngineParts) {
    const { options, clock, engineId, journal } = parts;
    this.#parts = parts;
    this.#views = new HistoryViews(journal, parts.reader);
    this.engineId = engineId;
    this.version = options.version;
    const ids = createIdMaker(
      () => clock.nowMs(),
      (count) => randomBytes(count),
    );
    const ports = {
      nowMs: () => clock.nowMs(),
      setTimer: (callback: () => void, delayMs: number) => clock.setTimer(callback, delayMs),
      append: journal.append.bind(journal),
      saveRule: saveRuleIn(options.home, () => this.#sessions.list()),
    };
    this.#broker = new Broker({ ...ports, makeApprovalId: ids.approval });
    this.#grants = new GrantBook(ports);
    this.#following = followConfig({ sallyportHome: options.home, clock }, () => this.#sessions.list());
    const deps = {
      engineId,
      engineVersion: options.version,
      clock,
      ids,
      journal,
      broker: this.#broker,
      grants: this.#grants,
      folders: { sallyportHome: options.home, runtimeDir: options.runtimeDir },
      hasKernelGate: this.#hasKernelGate,
      resolve: options.resolve,
      hasAnswerers: () => this.#answerers > 0,
      notice: (notice: OutputNotice) => {
        for (const listener of this.#outputListeners) listener(notice);
      },
    };
    this.#sessions = new LiveSessions(deps, () => this.#following.lastChange);
    const env = options.env ?? process.env;
    this.#login = { env, home: env['HOME'] ?? homedir() };
    this.#pageSessions = new PageSessions({
      demoNote: join(options.home, 'demo-project.json'),
      login: this.#login,
      hasKernelGate: this.#hasKernelGate,
      nowMs: ports.nowMs,
      load: (params, overrides) => loadConfig(withOverrides(this.#configInput(params), overrides)),
      open: (input) => this.#sessions.open(() => input),
    });
    // An engine that cannot write its history stops running commands.
    journal.onFailure(() => void this.#sessions.closeAll());
  }

  about(): ReturnType<Engine['about']> {
    const { wallVersion, engineId } = this.#parts;
    return {
      version: this.version,
      engineId,
      pid: process.pid,
      platform: process.platform,
      wall: wallVersion === '' ? 'none' : 'bubblewrap',
      wallVersion,
      gate: this.#hasKernelGate ? 'kernel' : 'shell',
      home: this.#login.home,
      hasHistory: this.#views.hasHistory(),
    };
  }

  listSessions(): ReturnType<Engine['listSessions']> {
    return this.#views.listSessions();
  }

  readHead(sessionId: SessionId): ReturnType<Engine['readHead']> {
    return this.#views.readHead(sessionId);
  }

  onSessionHead(...[listener]: Parameters<Engine['onSessionHead']>): () => void {
    return this.#views.onSessionHead(listener);
  }

  openRows(sessionId: SessionId): ReturnType<Engine['openRows']> {
    return this.#views.openRows(sessionId);
  }

  explainRun(params: CheckedParams<'run/explain'>): ReturnType<Engine['explainRun']> {
    return explainRun(this.#parts.reader, params);
  }

  readRunOutput(params: CheckedParams<'run/output'>): ReturnType<Engine['readRunOutput']> {
    return this.#views.readRunOutput(params);
  }

  openSessionCount(): number {
    return this.#sessions.count;
  }

  onSessionCount(listener: (count: number) => void): () => void {
    return this.#sessions.onCount(listener);
  }

  async openSession(
    params: CheckedParams<'session/open'>,
    streams: OpenerStreams,
  ): Promise<{ session: OpenSession; warnings: readonly string[]; summary: readonly string[] }> {
    const input = this.#configInput(params);
    const agent = await applyAgent(params, input);
    let warnings: readonly string[] = [];
    const session = await this.#sessions.open(() => {
      const load: SessionInput['load'] = (overrides) => loadWithAgent(withOverrides(input, overrides), agent);
      const config = load([]);
      warnings = config.warnings.filter((warning) => !agent.notices.includes(warning));
      return { params, config, load, streams, ...agent.naming };
    });
    return { session, warnings, summary: [...session.summary, ...agent.notices] };
  }

  startSession(params: CheckedParams<'session/start'>): ReturnType<Engine['startSession']> {
    return this.#pageSessions.start(params);
  }

  previewSession(params: CheckedParams<'session/preview'>): ReturnType<Engine['previewSession']> {
    return this.#pageSessions.preview(params);
  }

  startDemo(): ReturnType<Engine['startDemo']> {
    return this.#pageSessions.startDemo();
  }

  listFolders(typed: string): ReturnType<Engine['listFolders']> {
    return listFolders(typed, this.#login.home);
  }

  async pauseSession(sessionId: SessionId, isPaused: boolean, by: string): Promise<void> {
    const session = this.#sessions.find(sessionId);
    if (session === undefined)
      throw new Fault({ kind: 'peer', code: 'no-such-session', message: `no session ${sessionId} is open` });
    await (isPaused ? session.pause(by) : session.resume(by));
  }

  setSession(params: CheckedParams<'session/set'>): ReturnType<Engine['setSession']> {
    return setInSession(this.#sessions.list(), params);
  }

  #configInput(params: CheckedParams<'session/open'>): LoadConfigOptions {
    return readOpenParams(params, this.#parts.options);
  }

  findSession(sessionId: SessionId): OpenSession | undefined {
    return this.#sessions.find(sessionId);
  }

  listApprovals(): ReturnType<Engine['listApprovals']> {
    return this.#broker.list();
  }

  async answerApproval(
    request: Parameters<Engine['answerApproval']>[0],
  ): ReturnType<Engine['answerApproval']> {
    const told = await this.#broker.answer(request);
    return (told.result === 'unknown' && recallAnswer(this.#parts.reader, request)) || told;
  }

  describeApproval(
    approvalId: Parameters<Engine['describeApproval']>[0],
  ): ReturnType<Engine['describeApproval']> {
    const { reader, clock } = this.#parts;
    return describeApproval({ reader, nowMs: () => clock.nowMs() }, approvalId);
  }

  listGrants(): ReturnType<Engine['listGrants']> {
    return listGrants(this.#grants, (sessionId) => this.#sessions.find(sessionId));
  }

  revokeGrant(...[grantId, by]: Parameters<Engine['revokeGrant']>): Promise<boolean> {
    return this.#grants.end(grantId, 'revoked', by);
  }

  async readEvents(sessionId: SessionId, after: number, limit: number): Promise<readonly Event[]> {
    return this.#parts.reader.readEvents(sessionId, after, limit);
  }

  subscribe(listener: (events: readonly Event[]) => void): () => void {
    return this.#parts.journal.subscribe(listener);
  }

  subscribeOutput(listener: (notice: OutputNotice) => void): () => void {
    this.#outputListeners.add(listener);
    return () => this.#outputListeners.delete(listener);
  }

  addAnswerer(): () => void {
    this.#answerers += 1;
    let isCounted = true;
    return () => {
      if (isCounted) this.#answerers -= 1;
      isCounted = false;
    };
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    this.#following.close();
    await this.#sessions.stop();
    await this.#pageSessions.removeDemo();
    this.#views.close();
    this.#parts.reader.close();
    await this.#parts.journal.close();
  }
}
