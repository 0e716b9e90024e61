import type { Writable } from 'node:stream';
import type { EngineClient } from '../client/index.ts';
import {
  type Event,
  Fault,
  type SessionExecResult,
  type SessionId,
  type SessionOpenParams,
} from '../protocol/index.ts';
import { showLine } from '../timeline/index.ts';
import { type AnswersElsewhere, announceQuestions, QuestionAnnouncer } from './announce-questions.ts';
import {
  type ApprovalListener,
  answerFromTerminal,
  filterSession,
  followApprovals,
} from './approval-feed.ts';
import type { OutputHold } from './output-hold.ts';
import type { OwnTerminal } from './own-terminal.ts';
import { printEvents } from './print-events.ts';
import { ScreenQuestions } from './screen-questions.ts';
import type { ScreenWatch } from './screen-watch.ts';
import { connectScriptStreams } from './script-streams.ts';
import { type QuestionPorts, TerminalQuestions } from './terminal-questions.ts';
import type { WallReport } from './wall-report.ts';

/** One script to run as a session of this terminal. */
export interface SessionRequest {
  readonly script: string;
  /** The words of one program, run in place of a script. */
  readonly argv?: readonly string[];
  /** A file of turns that a scripted agent plays, in place of both. */
  readonly drive?: { readonly text: string; readonly file: string };
  readonly params: SessionOpenParams;
  /** Events as JSON lines on stdout, instead of the script's own output. */
  readonly isJson: boolean;
  readonly terminal: OwnTerminal | undefined;
  readonly hold: OutputHold;
  /** Takes what the wall stopped. */
  readonly report?: WallReport | undefined;
  /** Questions are asked on the terminal. */
  readonly asksHere: boolean;
  /** Said on stderr: questions that wait for somebody elsewhere, and the way out where nobody could be asked. */
  readonly announces?: AnswersElsewhere | undefined;
  /** The program may take the terminal's whole screen: questions wait as long as it has. */
  readonly screen?: ScreenWatch;
  /** In place of the terminal's person; for scripted walks. */
  readonly questions?: ApprovalListener | undefined;
}

const CLOSE_LIMIT_MS = 5000;
const NOBODY: ApprovalListener = { onAsked: () => {}, onSettled: () => {} };

/** Opens a session, runs the script with this process's streams, asks its questions, closes it. */
export async function runSession(
  client: EngineClient,
  request: SessionRequest,
): Promise<SessionExecResult & { sessionId: SessionId }> {
  const { params, terminal } = request;
  let sessionId: SessionId | undefined;
  let interrupts = 0;
  // a terminal of its own knows who is in its foreground, which need not be the program that the session began with
  const keys = params.terminal === undefined ? undefined : terminal;
  const interrupt = (): void => {
    interrupts += 1;
    if (sessionId !== undefined) sendSignal(client, sessionId, interrupts === 1 ? 'SIGINT' : 'SIGTERM');
    if (interrupts > 2) client.close();
  };
  const questions =
    terminal === undefined || !request.asksHere
      ? undefined
      : createQuestions(client, terminal, {
          onInterrupt: () => (keys === undefined ? interrupt() : keys.typeForScript('\x03')),
          ...(keys !== undefined && { onSuspend: () => keys.typeForScript('\x1a') }),
          screen: request.screen,
        });
  const listener = filterSession(request.questions ?? questions?.listener ?? NOBODY);
  if (request.questions !== undefined || questions !== undefined) {
    await followApprovals(client, listener, { mayAnswer: false });
  }
  const opened = await client.call('session/open', params);
  sessionId = opened.sessionId;
  for (const warning of opened.warnings) process.stderr.write(`sallyport: warning: ${showLine(warning)}\n`);
  if (!request.isJson) sayLimits(opened.summary);
  const follower = await followSession(client, sessionId, request);
  const stopSignals = forwardSignals(client, sessionId, interrupt);
  try {
    const result = await execWithStreams(client, sessionId, request, () =>
      listener.setSession(opened.sessionId),
    );
    await closeSession(client, sessionId, follower);
    return { ...result, sessionId };
  } finally {
    questions?.end();
    stopSignals();
    terminal?.close();
  }
}

/** The first line of a summary says what the session is; those behind it, what it cannot promise. */
function sayLimits([, ...limits]: readonly string[]): void {
  for (const limit of limits) process.stderr.write(`sallyport: ${showLine(limit)}\n`);
}

interface SessionFollower {
  /** Settles with the last event of the session. */
  readonly closed: Promise<void>;
}

async function followSession(
  client: EngineClient,
  sessionId: SessionId,
  { isJson, announces, report }: SessionRequest,
): Promise<SessionFollower | undefined> {
  const told = report === undefined ? client : tapEvents(client, (event) => report.takeEvent(event));
  if (isJson) return printEvents(told, sessionId);
  if (announces === undefined) return report && followReport(client, sessionId, report);
  // a terminal that belongs to the script may be raw
  const say = (text: string): void =>
    void process.stderr.write(process.stderr.isTTY ? text.replaceAll('\n', '\r\n') : text);
  return announceQuestions(told, sessionId, new QuestionAnnouncer(announces, say));
}

/** The same client, whose subscriptions tell `take` first. */
function tapEvents(client: EngineClient, take: (event: Event) => void): EngineClient {
  const subscribe: EngineClient['subscribe'] = (options, listener) =>
    client.subscribe(options, {
      ...listener,
      onEvent: (event) => {
        take(event);
        listener.onEvent(event);
      },
    });
  return { ...client, subscribe };
}

async function followReport(
  client: EngineClient,
  sessionId: SessionId,
  report: WallReport,
): Promise<SessionFollower> {
  const closed = Promise.withResolvers<void>();
  const onEvent = (event: Event): void => {
    report.takeEvent(event);
    if (event.type === 'session/closed' || event.type === 'session/lost') closed.resolve();
  };
  await client.subscribe({ sessionId }, { onEvent });
  return { closed: closed.promise };
}

function createQuestions(
  client: EngineClient,
  terminal: OwnTerminal,
  { screen, ...keys }: Pick<QuestionPorts, 'onInterrupt' | 'onSuspend'> & { screen: ScreenWatch | undefined },
): { listener: ApprovalListener; end: () => void } {
  const setTimer = (callback: () => void, delayMs: number): (() => void) => {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  };
  const questions = new TerminalQuestions({
    terminal,
    answer: (approval, answer) => answerFromTerminal(client, approval, answer),
    ...keys,
    setTimer,
  });
  const asker: ApprovalListener = {
    onAsked: (approval) => questions.ask(approval),
    onSettled: (approvalId, how) => questions.settle(approvalId, how),
  };
  if (screen === undefined) return { listener: asker, end: () => questions.end() };
  const write = (text: string): void => terminal.write(text);
  const onScreen = new ScreenQuestions({ watch: screen, asker, write, setTimer });
  return {
    listener: onScreen,
    end: () => {
      onScreen.end();
      questions.end();
    },
  };
}

async function execWithStreams(
  client: EngineClient,
  sessionId: SessionId,
  request: SessionRequest,
  onReady: () => void,
): Promise<SessionExecResult> {
  const { isJson, hold, params } = request;
  const streams = connectScriptStreams({
    client,
    sessionId,
    stdout: isJson ? null : process.stdout,
    stderr: isJson ? null : process.stderr,
    hold,
    isTerminal: { stdout: process.stdout.isTTY === true, stderr: process.stderr.isTTY === true },
    isRaw: params.terminal !== undefined,
    ...(request.screen !== undefined && { screen: request.screen }),
    onBrokenPipe: () => sendSignal(client, sessionId, 'SIGTERM'),
  });
  const stopResize = params.terminal === undefined ? () => {} : followSize(client, sessionId);
  onReady();
  feedStdin(request, streams.stdin, () => stopInFront(client, sessionId));
  try {
    const result = await startWork(client, sessionId, request).catch((thrown: unknown) =>
      Promise.reject(client.isClosed ? engineGone(thrown) : thrown),
    );
    await streams.finish();
    return result;
  } finally {
    stopResize();
  }
}

function startWork(
  client: EngineClient,
  sessionId: SessionId,
  { script, argv, drive }: SessionRequest,
): Promise<SessionExecResult> {
  if (drive !== undefined) return client.call('session/drive', { sessionId, driver: 'script', ...drive });
  if (argv !== undefined) return client.call('session/run', { sessionId, argv: [...argv] });
  return client.call('session/exec', { sessionId, script });
}

function engineGone(cause: unknown): Fault {
  return new Fault({
    kind: 'host',
    code: 'engine-gone',
    message: 'the engine has ended: what ran in the session is ended too',
    hint: 'see `sallyport history list`',
    cause,
  });
}

const CTRL_C = 0x03;

/** With a terminal of the script's own, Ctrl-C is one of its keys; before it is there, nobody would take it. */
function feedStdin({ terminal, params }: SessionRequest, stdin: Writable, onUntaken: () => void): void {
  if (!params.hasStdin) return;
  if (terminal !== undefined && process.stdin.isTTY) {
    const write = (bytes: Buffer): void => {
      stdin.write(bytes);
      if (params.terminal !== undefined && bytes.includes(CTRL_C)) onUntaken();
    };
    terminal.passInput({ write, end: () => stdin.end() });
    return;
  }
  process.stdin.on('error', () => stdin.end());
  process.stdin.pipe(stdin);
}

function followSize(client: EngineClient, sessionId: SessionId): () => void {
  const resize = (): void => {
    const { columns, rows } = process.stdout;
    client.call('session/resize', { sessionId, columns, rows }).catch(() => {});
  };
  process.stdout.on('resize', resize);
  return () => process.stdout.off('resize', resize);
}

type SignalName = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGQUIT';

function sendSignal(client: EngineClient, sessionId: SessionId, signal: SignalName): void {
  // a session that has just ended needs none
  client.call('session/signal', { sessionId, signal }).catch(() => {});
}

/** Ctrl-C where no terminal of the script's own takes it yet. */
function stopInFront(client: EngineClient, sessionId: SessionId): void {
  client.call('session/signal', { sessionId, signal: 'SIGINT', isOnlyInFront: true }).catch(() => {});
}

/** What this process is told by the system goes on to the script, which decides what to do about it. */
function forwardSignals(client: EngineClient, sessionId: SessionId, interrupt: () => void): () => void {
  const pass = (signal: SignalName) => (): void => sendSignal(client, sessionId, signal);
  const listeners: [SignalName, () => void][] = [
    ['SIGINT', interrupt],
    ['SIGTERM', pass('SIGTERM')],
    // the terminal is gone, and with it whoever could see or stop the script
    ['SIGHUP', () => process.exit(129)],
    ['SIGQUIT', pass('SIGQUIT')],
  ];
  for (const [signal, listener] of listeners) process.on(signal, listener);
  return () => {
    for (const [signal, listener] of listeners) process.off(signal, listener);
  };
}

/** Ends the session; where somebody follows it, waits for its last event. */
async function closeSession(
  client: EngineClient,
  sessionId: SessionId,
  follower: SessionFollower | undefined,
): Promise<void> {
  await client.call('session/close', { sessionId });
  if (follower === undefined) return;
  const limit = new Promise<void>((resolve) => setTimeout(resolve, CLOSE_LIMIT_MS).unref());
  await Promise.race([follower.closed, limit]);
}
