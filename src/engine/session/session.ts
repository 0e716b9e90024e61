/** A session: one folder, one configuration in force, one holder of namespaces, any number of scripts one after another. */
import { randomBytes } from 'node:crypto';
import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import {
  type EnforcedAccess,
  type EventBody,
  type EventOf,
  Fault,
  type Proposal,
  type ProposalResult,
  type SessionExecResult,
  type SessionId,
} from '../../protocol/index.ts';
import { createScope, type Scope } from '../base/index.ts';
import { alwaysFileOf } from '../config/index.ts';
import type { OpenSession } from '../engine.ts';
import { type LaunchStdio, type SandboxSession, scrubEnvironment } from '../sandbox/index.ts';
import { openAskSocket } from './ask-socket.ts';
import { describeAccess, openingEvents } from './describe-session.ts';
import { LateFindings } from './late-findings.ts';
import { openNetwork } from './open-network.ts';
import { openSandbox, openUnwalled } from './open-sandbox.ts';
import type { RunStepPorts } from './proposed-run.ts';
import type { ScriptHost } from './script-host.ts';
import { ScriptRun } from './script-run.ts';
import { secretValue } from './secret-value.ts';
import { SessionAccess } from './session-access.ts';
import { SessionConfig } from './session-config.ts';
import type { SessionDeps, SessionInput } from './session-deps.ts';
import { SessionFacts } from './session-facts.ts';
import type { SessionNetwork } from './session-network.ts';
import { SessionPause } from './session-pause.ts';
import { SessionTurns } from './session-turns.ts';
import { TerminalScreen } from './terminal-screen.ts';
import type { Unwalled } from './unwalled.ts';

type CloseReason = EventOf<'session/closed'>['reason'];

export class Session implements OpenSession {
  readonly sessionId: SessionId;
  readonly terminal: TerminalScreen | undefined;
  readonly config: SessionConfig;
  readonly #deps: SessionDeps;
  readonly #input: SessionInput;
  readonly #scope: Scope;
  readonly #sandbox: SandboxSession;
  readonly #unwalled: Unwalled;
  readonly #network: SessionNetwork | undefined;
  readonly #access: SessionAccess;
  readonly #enforced: EnforcedAccess;
  readonly #facts: SessionFacts;
  readonly #findings = new LateFindings();
  readonly #pause: SessionPause;
  readonly #turns: SessionTurns;
  #lastScript = 0;
  #closed: Promise<void> | undefined;

  private constructor(
    deps: SessionDeps,
    input: SessionInput,
    opened: {
      sessionId: SessionId;
      scope: Scope;
      sandbox: SandboxSession;
      unwalled: Unwalled;
      network: SessionNetwork | undefined;
      config: SessionConfig;
    },
  ) {
    this.#deps = deps;
    this.#input = input;
    this.sessionId = opened.sessionId;
    this.#scope = opened.scope;
    this.config = opened.config;
    this.#facts = new SessionFacts({
      append: (bodies) => deps.journal.append(opened.sessionId, bodies),
      setTimer: (callback, delayMs) => deps.clock.setTimer(callback, delayMs),
    });
    this.#sandbox = opened.sandbox;
    this.#unwalled = opened.unwalled;
    this.#network = opened.network;
    this.#access = new SessionAccess(opened.sandbox, opened.network);
    this.#pause = new SessionPause((bodies) => this.#append(bodies));
    this.#enforced = describeAccess(input.config.snapshot, {
      wall: opened.sandbox.isWalled ? deps.sandbox.name : 'none',
      notes: opened.sandbox.notes,
      hasKernelGate: deps.hasKernelGate,
    });
    this.terminal =
      input.params.terminal &&
      new TerminalScreen(input.params.terminal, {
        isOfPage: input.params.origin === 'page',
        type: (bytes) => this.#turns.type(bytes),
        resize: (size) => this.resize(size),
      });
    this.#turns = new SessionTurns({
      host: () => this.#host(),
      title: `tools for ${input.params.title ?? input.params.origin}`,
      isClosed: () => this.#closed !== undefined,
    });
    this.#scope.defer(deps.grants.onEnded((grant) => this.#access.endStanding(grant)));
  }

  /** Builds the wall, then writes down that the session is open; a wall that cannot be built is a fault and no session. */
  static async open(deps: SessionDeps, input: SessionInput): Promise<Session> {
    const sessionId = deps.ids.session();
    const scope = createScope();
    let session: Session | undefined;
    try {
      const askPath = join(deps.folders.runtimeDir, `ask-${randomBytes(6).toString('hex')}.sock`);
      const asks = await openAskSocket(askPath, {
        clock: deps.clock,
        decide: async (request) => requireOpen(session).#turns.answerShell(request),
        propose: async (proposal, gone) => requireOpen(session).#turns.propose(proposal, gone, 'inside'),
      });
      scope.defer(() => asks.close());
      const config = new SessionConfig(input.config, {
        load: input.load,
        append: (bodies) => session?.appendWhileOpen(bodies) ?? Promise.resolve(),
      });
      const network = await openNetwork({ deps, input, settings: config, scope });
      const sandbox = await openSandbox(deps, input, { asks, network });
      scope.defer(() => sandbox.close());
      const unwalled = openUnwalled(deps, input, asks, scope);
      session = new Session(deps, input, { sessionId, scope, sandbox, unwalled, network, config });
      await session.#append(openingEvents(deps, input));
      return session;
    } catch (cause) {
      await scope.close();
      throw cause;
    }
  }

  get summary(): readonly string[] {
    const { snapshot } = this.config.inForce;
    const policy = typeof snapshot.approvalPolicy === 'string' ? snapshot.approvalPolicy : 'granular';
    return [
      `${snapshot.sandboxMode} in ${snapshot.workspace}, asks: ${policy}, network ${this.#enforced.network}`,
      ...this.#enforced.notices,
    ];
  }

  /** Settles a proposal of who opened the session, as one of a program inside. Never rejects. */
  propose(proposal: Proposal, gone: AbortSignal): Promise<ProposalResult> {
    return this.#turns.propose(proposal, gone, 'opener');
  }

  drive(script: { readonly text: string; readonly file: string }): Promise<SessionExecResult> {
    return this.#turns.drive(script);
  }

  exec(script: string): Promise<SessionExecResult> {
    return this.#turns.run((host) => ScriptRun.propose(host, script));
  }

  run(argv: readonly string[]): Promise<SessionExecResult> {
    const { agentWords = [] } = this.#input;
    return this.#turns.run((host) => ScriptRun.proposeProgram(host, argv.toSpliced(1, 0, ...agentWords)));
  }

  signal(name: 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGQUIT' | 'SIGKILL'): void {
    this.#turns.signal(name);
  }

  stopInFront(name: 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGQUIT' | 'SIGKILL'): void {
    this.#turns.stopInFront(name);
  }

  resize(size: { columns: number; rows: number }): void {
    this.#turns.resize(size.columns, size.rows);
    this.terminal?.noteSize(size);
  }

  /**
   * New runs wait before they are judged. Programs that are held stay held, what runs goes on. Questions that stand can
   * still be answered; what was allowed then waits too.
   */
  pause(by: string): Promise<void> {
    return this.#pause.pause(by);
  }

  /** Runs go on, once it is in the history. */
  resume(by: string): Promise<void> {
    return this.#pause.resume(by);
  }

  /** Ends everything that runs; waiting runs are cancelled. `detail` says what went wrong. */
  close(reason: CloseReason, detail?: string): Promise<void> {
    this.#closed ??= this.#close(reason, detail);
    return this.#closed;
  }

  async #close(reason: CloseReason, detail: string | undefined): Promise<void> {
    const { broker, grants } = this.#deps;
    this.#pause.end();
    this.#turns.stop(reason === 'engine-stopped' ? 'the engine stops' : 'the session was closed');
    try {
      await broker.withdrawSession(this.sessionId, 'the session was closed');
      await grants.endScope(this.sessionId, {});
    } finally {
      await this.#scope.close();
      // Its last facts come before the session's.
      await this.#turns.whenEnded();
      await this.#append([{ type: 'session/closed', reason, ...(detail !== undefined && { detail }) }]).catch(
        () => undefined,
      );
      this.#deps.onClosed(this.sessionId);
    }
  }

  /** Nothing is written behind the end of a session. */
  appendWhileOpen(bodies: readonly EventBody[]): Promise<unknown> {
    return this.#closed ? Promise.resolve() : this.#append(bodies);
  }

  #append(bodies: readonly EventBody[]): Promise<unknown> {
    return this.#facts.append(bodies);
  }

  #host(): ScriptHost {
    const { params, streams } = this.#input;
    const { snapshot } = this.config.inForce;
    const { passed, inner, dropped } = scrubEnvironment(params.env, snapshot.environment, snapshot);
    const stdio: LaunchStdio = params.terminal
      ? {
          kind: 'terminal',
          ...(this.terminal?.size ?? params.terminal),
          ...(params.env['TERM'] && { name: params.env['TERM'] }),
        }
      : { kind: 'pipes' };
    const askSocket = this.#sandbox.ask.socket;
    this.#lastScript += 1;
    return {
      scriptNumber: this.#lastScript,
      sessionId: this.sessionId,
      ports: this.#ports(),
      snapshot,
      inForce: () => this.config.inForce,
      enforced: this.#enforced,
      sandbox: this.#sandbox,
      unwalled: this.#unwalled,
      network: this.#network,
      environment: { ...passed, ...(askSocket !== null && { SALLYPORT_ASK: askSocket }) },
      innerEnvironment: inner,
      // The real one, as programs inside name it.
      cwd: snapshot.workspace,
      agentName: this.#input.agentName ?? params.origin,
      stdio,
      umask: params.umask,
      sinks: {
        sessionId: this.sessionId,
        journal: this.#deps.journal,
        secrets: dropped.flatMap(({ name }) => secretValue(name, params.env[name])),
        streams,
        screen: this.terminal,
        notice: (notice) => this.#deps.notice(notice),
      },
      ownFolders: [this.#deps.folders.sallyportHome, this.#deps.folders.runtimeDir].map(realFolder),
      mayAskWrites: snapshot.approvalPolicy !== 'never' && params.answers !== 'nobody',
      endTools: () => this.#turns.endTools(),
      setTimer: (callback, delayMs) => this.#deps.clock.setTimer(callback, delayMs),
      findings: this.#findings,
      appendSoon: (bodies) => this.#facts.appendSoon(bodies),
    };
  }

  #ports(): RunStepPorts {
    const { clock, ids, broker, grants } = this.#deps;
    return {
      nowMs: () => clock.nowMs(),
      ids,
      append: (bodies) => this.#append(bodies),
      broker,
      grants,
      settings: this.config,
      rulesFile: alwaysFileOf(this.#deps.folders.sallyportHome),
      whenGoing: (gone) => this.#pause.whenGoing(gone),
      hasAnswerer: () => this.#hasAnswerer(),
      openAccess: (access) => this.#access.open(access),
      keepsClosed: (path) => this.#sandbox.keepsClosed(path),
      openStanding: (grantId, access) => this.#access.openStanding(grantId, access),
    };
  }

  #hasAnswerer(): boolean {
    const { answers } = this.#input.params;
    if (answers === 'nobody') return false;
    return answers !== 'present' || this.#deps.hasAnswerers();
  }
}

/** Throws while nothing runs yet that could ask. */
function requireOpen(session: Session | undefined): Session {
  if (session !== undefined) return session;
  throw new Fault({ kind: 'peer', code: 'session-not-open', message: 'the session is not open yet' });
}

function realFolder(path: string): string {
  return existsSync(path) ? realpathSync(path) : path;
}
