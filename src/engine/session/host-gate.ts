/**
 * Answers for connections that a session's proxy is asked for: by the lists, by what answers have opened, else by a
 * question, while the connection waits.
 *
 * Promises: one question for one host and port, however many connections wait for it; a private address is asked about
 * by itself, and no remembered answer opens it; what was answered once holds until the launch has ended; a launch that
 * has ended opens nothing. Does not know which program connects: through a proxy only the launch is known.
 */
import {
  formatHostPort,
  type HostLists,
  isNearHost,
  isPrivateAddress,
  judgeTarget,
  parseHostEntry,
} from '../../policy/index.ts';
import { showLine } from '../../timeline/index.ts';
import {
  type FailedConnection,
  type HostDecision,
  type HostRequest,
  isKnownHere,
  type OpenConnection,
  type StoppedRequest,
} from '../network/index.ts';
import type { OpenHosts } from './open-hosts.ts';
import { ownerOf, proposeConnection, type Target } from './propose-connection.ts';
import type { ProposedRun, SettledRun } from './proposed-run.ts';
import { runStep } from './run-step.ts';
import type { ScriptContext } from './script-context.ts';

/** Rows of one launch; beyond that nothing more is written. */
const MAX_ROWS = 500;

/** Lines of one launch on standard error, and characters of each. */
const MAX_LINES = 100;
const MAX_LINE = 800;

/** In place of a process number: calls of the launch as a whole, which end with it. */
const WHOLE_LAUNCH = 0;

interface Waiting {
  readonly decision: Promise<HostDecision>;
  readonly nobodyWaits: AbortController;
  count: number;
}

interface Launch {
  readonly context: ScriptContext;
  /** What was answered in this launch, by host, port and private addresses. */
  readonly answered: Map<string, HostDecision>;
  readonly waiting: Map<string, Waiting>;
  readonly told: Set<string>;
  readonly said: Set<string>;
}

const refused = (words: string): HostDecision => ({ verdict: 'refuse', words });

export class HostGate {
  readonly #readLists: () => HostLists;
  readonly #openHosts: OpenHosts;
  readonly #launches = new Map<string, Launch>();

  /** `readLists` gives the lists that hold now. */
  constructor(readLists: () => HostLists, openHosts: OpenHosts) {
    this.#readLists = readLists;
    this.#openHosts = openHosts;
  }

  get #lists(): HostLists {
    return this.#readLists();
  }

  begin(context: ScriptContext): void {
    const launch = {
      context,
      answered: new Map(),
      waiting: new Map(),
      told: new Set<string>(),
      said: new Set<string>(),
    };
    this.#launches.set(context.rootRunId, launch);
  }

  /** Questions of this launch are withdrawn. */
  end(launchId: string): void {
    const launch = this.#launches.get(launchId);
    this.#launches.delete(launchId);
    for (const { nobodyWaits } of launch?.waiting.values() ?? []) nobodyWaits.abort();
  }

  /** True for names that may be looked up before anybody has said yes. */
  mayLookUpFirst(host: string, port: number): boolean {
    return this.isOpen(host, port) || isNearHost(host) || isKnownHere(host);
  }

  /** True for what needs no question as far as its name goes. */
  isOpen(host: string, port: number): boolean {
    const listed = judgeTarget({ host, port, addresses: [] }, this.#lists);
    return listed.verdict === 'allow' || this.#openHosts.covers(host, port);
  }

  /** True when the lists deny this very address. */
  isDenied(address: string, port: number): boolean {
    const isAny = (text: string): boolean => text.startsWith('*');
    const { deny: listed, rules } = this.#lists;
    const deny = [...listed.filter((text) => !isAny(text)), ...(rules?.deny ?? [])];
    return judgeTarget({ host: address, port, addresses: [] }, { allow: [], deny }).verdict === 'refuse';
  }

  async judge(request: HostRequest): Promise<HostDecision> {
    const launch = this.#launches.get(request.launchId);
    if (launch === undefined) return refused('the script has ended');
    const { host, port, addresses } = request;
    const listed = judgeTarget({ host, port, addresses }, this.#lists);
    const isPrivate = listed.isPrivate || (request.isPrivate && !this.#namesAddresses(request));
    if (listed.verdict === 'refuse') return this.#tell(launch, request, refused(listed.rule), listed.rule);
    if (!isPrivate && listed.verdict === 'allow')
      return this.#tell(launch, request, { verdict: 'allow' }, listed.rule);
    if (!isPrivate && this.#openHosts.covers(host, port))
      return this.#tell(launch, request, { verdict: 'allow' }, 'opened by an answer');
    const privateAddresses = isPrivate ? privateOf(request) : [];
    return this.#settle(launch, request, {
      host,
      port,
      privateAddresses,
      isSecond: isPrivate && request.isSecond,
    });
  }

  /** What was stopped before it could be judged, such as an unreadable host. */
  async tellStopped({ launchId, host, port, words }: StoppedRequest): Promise<void> {
    const launch = this.#launches.get(launchId ?? '');
    if (launch === undefined || !isNew(launch, `stopped ${host} ${port} ${words}`)) return;
    const { root, rootRunId, append } = launch.context;
    const at = host === null ? {} : { host: port === null ? host : formatHostPort(host, port) };
    this.#sayOnce(launch, at.host === undefined ? `refused: ${words}` : `refused: ${at.host}: ${words}`);
    await append([
      { type: 'wall/denied', stepId: root.stepId, runId: rootRunId, op: 'connect', ...at, rule: words },
    ]);
  }

  /** A connection that could not be made, which a program behind CONNECT or SOCKS learns as a bare number. */
  tellFailed({ launchId, host, port, words }: FailedConnection): void {
    const launch = this.#launches.get(launchId);
    if (launch !== undefined)
      this.#sayOnce(launch, `cannot be reached: ${formatHostPort(host, port)}: ${words}`);
  }

  /** A connection that was ended because nothing opens its host any more. */
  tellCut({ launchId, host, port }: OpenConnection): void {
    const launch = this.#launches.get(launchId);
    if (launch !== undefined)
      this.#sayOnce(launch, `cut: ${formatHostPort(host, port)}: the yes to it has ended`);
  }

  /** A line on the standard error of the launch, so that the words reach whoever reads the result of the call. */
  #sayOnce(launch: Launch, line: string): void {
    if (launch.said.has(line) || launch.said.size >= MAX_LINES) return;
    launch.said.add(line);
    launch.context.say(`sallyport: ${showLine(line, MAX_LINE)}`);
  }

  /** Allow names, as addresses, all that the host leads to; which of them is this machine's own is not known here. */
  #namesAddresses({ host, port, addresses }: HostRequest): boolean {
    const places = addresses.length > 0 ? addresses : [host];
    return places.every((place) => this.#namesPlace(place, port));
  }

  #namesPlace(host: string, port: number): boolean {
    return this.#lists.allow.some((text) => {
      const reading = parseHostEntry(text);
      if (!('entry' in reading)) return false;
      const { entry } = reading;
      return entry.kind === 'exact' && entry.host === host && (entry.port === null || entry.port === port);
    });
  }

  async #settle(launch: Launch, request: HostRequest, target: Target): Promise<HostDecision> {
    const key = [target.host, target.port, ...target.privateAddresses].join(' ');
    const known = launch.answered.get(key);
    if (known !== undefined) return known;
    const waiting = launch.waiting.get(key) ?? this.#pose(launch, target, key);
    waiting.count += 1;
    const leave = (): void => {
      waiting.count -= 1;
      if (waiting.count === 0) waiting.nobodyWaits.abort();
    };
    request.gone.addEventListener('abort', leave, { once: true });
    if (request.gone.aborted) leave();
    try {
      return await waiting.decision;
    } finally {
      request.gone.removeEventListener('abort', leave);
    }
  }

  #pose(launch: Launch, target: Target, key: string): Waiting {
    const nobodyWaits = new AbortController();
    const decision = this.#ask(launch, target, { key, gone: nobodyWaits.signal }).finally(() =>
      launch.waiting.delete(key),
    );
    const waiting = { decision, nobodyWaits, count: 0 };
    launch.waiting.set(key, waiting);
    return waiting;
  }

  async #ask(
    launch: Launch,
    target: Target,
    { key, gone }: { readonly key: string; readonly gone: AbortSignal },
  ): Promise<HostDecision> {
    const { context } = launch;
    const run = proposeConnection(context, target, gone);
    const settled = await runStep(context.ports, context.scope, run);
    const decision = this.#keep(launch, settled, run);
    // Whoever asked may be gone while others will come: only what somebody decided holds for them.
    const isDecided = settled.outcome !== 'withdrawn' && settled.outcome !== 'cancelled';
    const holds = target.privateAddresses.length > 0 || decision.verdict === 'refuse';
    if (isDecided && holds) launch.answered.set(key, decision);
    const rule = decision.verdict === 'allow' ? 'allowed by an answer' : decision.words;
    return isDecided ? this.#tell(launch, target, decision, rule) : decision;
  }

  #keep(launch: Launch, settled: SettledRun, run: ProposedRun): HostDecision {
    const { context } = launch;
    if (settled.outcome !== 'allowed') {
      if (settled.stopTurn) context.stop('a person stopped it');
      return refused(settled.message.replace(/^sallyport: (refused: )?/, ''));
    }
    const { runId, endAccess } = settled;
    if (!this.#launches.has(context.rootRunId)) {
      void endAccess().catch(() => undefined);
      return refused('the script has ended');
    }
    context.runs.addCall(WHOLE_LAUNCH, { stepId: run.step.stepId, runId, endAccess });
    return { verdict: 'allow' };
  }

  /** Writes the decision into the history, once for each host, port and verdict of a launch. */
  async #tell(
    launch: Launch,
    { host, port }: { readonly host: string; readonly port: number },
    decision: HostDecision,
    rule: string,
  ): Promise<HostDecision> {
    const { verdict } = decision;
    if (decision.verdict === 'refuse')
      this.#sayOnce(launch, `refused: ${formatHostPort(host, port)}: ${decision.words}`);
    if (!isNew(launch, `${host} ${port} ${verdict}`)) return decision;
    const runId = ownerOf(launch.context).runId;
    await launch.context.append([{ type: 'network/judged', runId, host, port, verdict, rule }]);
    return decision;
  }
}

function isNew({ told }: Launch, row: string): boolean {
  if (told.has(row) || told.size >= MAX_ROWS) return false;
  told.add(row);
  return true;
}

function privateOf({ host, addresses }: HostRequest): string[] {
  const found = addresses.filter((address) => isPrivateAddress(address));
  if (found.length > 0) return [...found].sort();
  return addresses.length > 0 ? [...addresses].sort() : [host];
}
