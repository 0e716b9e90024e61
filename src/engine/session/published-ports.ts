/**
 * Servers inside that a person may open in the browser.
 *
 * Promises: nothing of this machine reaches a server inside before somebody has said yes, except where the port was
 * typed on a command line that asks nobody; the port is that of 127.0.0.1 only; it closes with the session.
 */
import { join } from 'node:path';
import { judgePublishedPort } from '../../policy/index.ts';
import { type Forward, publishPort, readPublished } from '../network/index.ts';
import { PROXY_PORT } from '../sandbox/index.ts';
import type { ProposedRun } from './proposed-run.ts';
import { runStep } from './run-step.ts';
import type { ScriptContext } from './script-context.ts';

interface Place {
  readonly runtimeDir: string;
  /** Makes the names of its sockets unique. */
  readonly name: string;
  say(line: string): void;
}

interface PublishedPort {
  /** Inside. */
  readonly port: number;
  /** On this machine. */
  readonly hostPort: number;
  readonly socket: string;
}

export class PublishedPorts {
  readonly joined: readonly PublishedPort[];
  readonly #place: Place;
  readonly #open = new Map<number, Forward>();
  readonly #listening = new Set<number>();
  /** Asked about, and not to be asked again as long as anything runs. */
  #asked = new Set<number>();
  /** Questions that stand, and how they are taken back. */
  readonly #standing = new Map<number, AbortController>();
  /** What runs now, the first in front: it is the one that ports are asked about for, since all share them. */
  #launches: ScriptContext[] = [];

  private constructor(joined: readonly PublishedPort[], place: Place) {
    this.joined = joined;
    this.#place = place;
  }

  /** `outward`: ports inside that lead out. Throws a `user` fault for what cannot be published, or is taken here now. */
  static async plan(
    typed: readonly string[],
    place: Place,
    outward: readonly number[],
  ): Promise<PublishedPorts> {
    const joined: PublishedPort[] = [];
    for (const { port, hostPort } of readPublished(typed, { proxy: PROXY_PORT, outward })) {
      const socket = join(place.runtimeDir, `open-${port}-${place.name}.sock`);
      const probe = await publishPort({ port, hostPort }, socket);
      await probe.close();
      joined.push({ port, hostPort, socket });
    }
    return new PublishedPorts(joined, place);
  }

  /** Of launches at the same time, the first that still runs is the one whose ports are asked about. */
  begin(context: ScriptContext): void {
    if (this.#launches.length === 0) this.#asked = new Set();
    this.#launches.push(context);
    if (this.#launches.length === 1) this.#askAll();
  }

  /** Ends that launch; a question that stood for it is asked for the next one that runs. */
  end(context: ScriptContext): void {
    const wasFirst = this.#launches[0] === context;
    this.#launches = this.#launches.filter((other) => other !== context);
    if (!wasFirst) return;
    this.#takeBackAll();
    this.#askAll();
  }

  onListener(port: number, isListening: boolean): void {
    if (isListening) {
      this.#listening.add(port);
      this.#ask(port);
    } else {
      this.#listening.delete(port);
      this.#takeBack(port);
    }
  }

  async close(): Promise<void> {
    this.#launches = [];
    this.#takeBackAll();
    await Promise.all([...this.#open.values()].map((forward) => forward.close()));
    this.#open.clear();
  }

  #askAll(): void {
    for (const port of this.#listening) this.#ask(port);
  }

  /** Nobody needs its answer now; where somebody does again, it is asked again. */
  #takeBack(port: number): void {
    const standing = this.#standing.get(port);
    if (standing === undefined) return;
    this.#standing.delete(port);
    this.#asked.delete(port);
    standing.abort();
  }

  #takeBackAll(): void {
    for (const port of [...this.#standing.keys()]) this.#takeBack(port);
  }

  #ask(port: number): void {
    const [context] = this.#launches;
    const published = this.joined.find((each) => each.port === port);
    if (context === undefined || published === undefined) return;
    if (this.#asked.has(port) || this.#open.has(port)) return;
    this.#asked.add(port);
    this.#publish(context, published).catch((cause: unknown) =>
      this.#place.say(
        `sallyport: port ${port} is not published: ${cause instanceof Error ? cause.message : cause}`,
      ),
    );
  }

  async #publish(context: ScriptContext, published: PublishedPort): Promise<void> {
    const { port, hostPort, socket } = published;
    const gone = new AbortController();
    this.#standing.set(port, gone);
    const run = proposePublish(context, published, gone.signal);
    const settled = await runStep(context.ports, context.scope, run).finally(() => {
      if (this.#standing.get(port) === gone) this.#standing.delete(port);
    });
    if (settled.outcome !== 'allowed') {
      if (settled.stopTurn) context.stop('a person stopped it');
      return;
    }
    const { runId, endAccess } = settled;
    context.runs.addCall(0, { stepId: context.root.stepId, runId, endAccess });
    if (!this.#launches.includes(context)) await context.runs.finishAll();
    this.#open.set(port, await publishPort(published, socket));
    this.#takeBack(port);
    this.#place.say(`sallyport: port ${port} of this session is open at http://127.0.0.1:${hostPort}`);
  }
}

function proposePublish(
  context: ScriptContext,
  { port, hostPort }: PublishedPort,
  gone: AbortSignal,
): ProposedRun {
  const { root, snapshot, ports } = context;
  const at = hostPort === port ? '' : `, at port ${hostPort}`;
  return {
    step: root,
    kind: 'net',
    text: `open port ${port} of this session for this machine's browsers${at}`,
    cwd: root.cwd,
    collectFacts: async () => ({
      at: ports.nowMs(),
      cwd: root.cwd,
      home: snapshot.home,
      paths: [],
      isTruncated: false,
      isHeld: false,
    }),
    judge: (_facts, inForce) => judgePublishedPort(port, inForce),
    gone,
    isCall: true,
  };
}
