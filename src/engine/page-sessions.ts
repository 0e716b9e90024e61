/**
 * Sessions that no client has opened. Each runs one script with the environment of the engine's login and closes; its
 * output goes to the history and to whoever watches, and it lives on when the page that asked for it is gone.
 */
import { PassThrough, Writable } from 'node:stream';
import {
  type CheckedParams,
  type MethodResult,
  NO_FLAGS,
  type SessionId,
  type SessionPreview,
} from '../protocol/index.ts';
import type { LoadedConfig, SessionOverride } from './config/index.ts';
import { createDemoProject, type DemoProject, noteDemo, removeNotedDemo } from './demo-project.ts';
import type { OpenerStreams } from './engine.ts';
import { chooseSandbox } from './sandbox/index.ts';
import { checkScript, describeAccess, type Session, type SessionInput } from './session/index.ts';
import {
  type Login,
  loginEnvironment,
  readStartParams,
  requireText,
  requireTypedWord,
  startWarnings,
} from './start-params.ts';

export interface PageSessionPorts {
  readonly login: Login;
  readonly hasKernelGate: boolean;
  /** Names what the demo made, for the next engine to take away where this one is killed. */
  readonly demoNote: string;
  nowMs(): number;
  load(params: CheckedParams<'session/open'>, overrides: readonly SessionOverride[]): LoadedConfig;
  open(input: SessionInput): Promise<Session>;
}

interface Demo {
  readonly sessionId: SessionId;
  readonly project: DemoProject;
  hasEnded: boolean;
}

const MAX_PREVIEWED = 200;

export class PageSessions {
  readonly #ports: PageSessionPorts;
  #demo: Promise<Demo> | undefined;

  constructor(ports: PageSessionPorts) {
    this.#ports = ports;
  }

  /** Starts one. Throws a `user` fault for what the form has wrong, and a `host` fault where no wall can be built. */
  async start(params: CheckedParams<'session/start'>): Promise<MethodResult<'session/start'>> {
    requireText(params.text);
    const open = await readStartParams(params, this.#ports.login);
    const load: SessionInput['load'] = (overrides) => this.#ports.load(open, overrides);
    const config = load([]);
    requireTypedWord(params, config);
    const session = await this.#ports.open({
      params: open,
      config,
      load,
      streams: nullStreams(),
      agentName: 'script',
    });
    void runAndClose(session, params.text);
    return { sessionId: session.sessionId, warnings: startWarnings(params, config) };
  }

  /** What `start` would enforce, and how the steps would be judged. Runs nothing; the script may still be empty. */
  async preview(params: CheckedParams<'session/preview'>): Promise<SessionPreview> {
    const open = await readStartParams(params, this.#ports.login);
    const config = this.#ports.load(open, []);
    const { snapshot } = config;
    const sandbox = chooseSandbox(snapshot.sandboxMode);
    const access = describeAccess(snapshot, {
      wall: sandbox.name,
      notes: sandbox.notesFor(snapshot),
      hasKernelGate: this.#ports.hasKernelGate,
    });
    const { checked, stepCount } = await checkScript(params.text, {
      snapshot,
      searchPath: open.env['PATH'] ?? '',
      ownFolders: [config.files.sallyportHome],
      nowMs: this.#ports.nowMs,
      maxSteps: MAX_PREVIEWED,
    });
    const isWalled = access.wall !== 'none';
    return {
      workspace: snapshot.workspace,
      sandboxMode: snapshot.sandboxMode,
      approvalPolicy: typeof snapshot.approvalPolicy === 'string' ? snapshot.approvalPolicy : 'granular',
      write: access.write,
      protected: isWalled ? [...snapshot.protectedNames, ...access.readOnly] : [],
      maskedCount: isWalled ? access.masked.length : 0,
      network: access.network,
      wall: access.wall,
      gate: access.gate,
      notices: access.notices,
      warnings: startWarnings(params, config),
      steps: checked.steps.map(({ text, verdict, category, risk, reasons }) => ({
        text,
        verdict,
        category,
        risk,
        reasons: [...reasons],
      })),
      stepCount,
      ...(checked.opaque !== undefined && { opaque: checked.opaque }),
    };
  }

  /** Starts the demo, or gives the one that runs. The project of the one before is removed. */
  async startDemo(): Promise<MethodResult<'demo/start'>> {
    // One after the other, so that two quick calls do not make two.
    this.#demo = this.#nextDemo(this.#demo);
    const { sessionId, project } = await this.#demo;
    return { sessionId, folder: project.folder };
  }

  /** Removes what the last demo made. */
  async removeDemo(): Promise<void> {
    const demo = await this.#demo?.catch(() => undefined);
    await demo?.project.remove();
    await removeNotedDemo(this.#ports.demoNote);
  }

  async #nextDemo(before: Promise<Demo> | undefined): Promise<Demo> {
    // A demo that could not be started has left nothing behind.
    const last = await before?.catch(() => undefined);
    if (last !== undefined && !last.hasEnded) return last;
    await last?.project.remove();
    await removeNotedDemo(this.#ports.demoNote);
    const project = await createDemoProject();
    try {
      await noteDemo(this.#ports.demoNote, project);
      return await this.#openDemo(project);
    } catch (cause) {
      await project.remove();
      throw cause;
    }
  }

  async #openDemo(project: DemoProject): Promise<Demo> {
    const params: CheckedParams<'session/open'> = {
      origin: 'demo',
      cwd: project.folder,
      env: loginEnvironment(this.#ports.login),
      umask: 0o022,
      hasStdin: false,
      flags: { ...NO_FLAGS, sandbox: 'workspace-write', askForApproval: 'untrusted' },
      answers: 'others',
      title: 'demo',
    };
    const load: SessionInput['load'] = (overrides) => this.#ports.load(params, overrides);
    const config = load([]);
    const session = await this.#ports.open({ params, config, load, streams: nullStreams() });
    const demo: Demo = { sessionId: session.sessionId, project, hasEnded: false };
    void runAndClose(session, project.script).then(() => {
      demo.hasEnded = true;
    });
    return demo;
  }
}

/** Never rejects: a history that cannot be written ends every session by itself. */
async function runAndClose(session: Session, script: string): Promise<void> {
  try {
    const result = await session.exec(script);
    if (result.outcome === 'fault') await session.close('fault', result.message);
    else await session.close('finished');
  } catch {
    await session.close('fault').catch(() => undefined);
  }
}

/** No input, and nobody who reads: what is printed goes to the history and to watchers. */
function nullStreams(): OpenerStreams {
  const stdin = new PassThrough();
  stdin.end();
  const sink = (): Writable => new Writable({ write: (_bytes, _encoding, done) => done() });
  return { stdin, stdout: sink(), stderr: sink() };
}
