import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { expect, vi } from 'vitest';
import { findEngine } from '../../src/cli/connect-engine.ts';
import { maskApproval } from '../../src/cli/mask-approval.ts';
import type { Approval, ConfigSnapshot, Event } from '../../src/protocol/index.ts';
import type { EngineFolders } from '../../src/server/index.ts';
import { parseEvents, readStored } from './read-sessions.ts';
import { type CliPlace, type CliResult, createCliPlace } from './terminal.ts';

/** A home with an agent of our own under the name `codex`, a folder outside, and a server of this machine. */
export interface ArticlePlace extends CliPlace {
  /** The home folder of the person. */
  readonly user: string;
  readonly outside: string;
  /** Writes `config.toml` of the person. Its path. */
  configure(toml: string): string;
  /** Writes a program into the folder of programs; `first` is its first line, for another interpreter than bash. */
  addProgram(name: string, lines: readonly string[], first?: string): void;
  /** Verdicts of the steps of a script. */
  verdicts(flags: readonly string[], script: string): Promise<readonly string[]>;
  /** The next question that waits and is not among these. */
  nextQuestion(earlier?: readonly Approval[]): Promise<Approval>;
  /** What was written down about the last session. */
  lastEvents(): Promise<readonly Event[]>;
  lastSnapshot(): Promise<ConfigSnapshot>;
  /** Runs it with `--wait`, and answers each question as it comes. */
  runAnswered(
    words: readonly string[],
    answers: readonly ((question: Approval) => readonly string[])[],
  ): Promise<CliResult & { readonly questions: readonly Approval[] }>;
}

/** Tells its prompt, and what it can do inside, outside and on the network. */
const AGENT = [
  'for word; do prompt=$word; done',
  'printf "prompt <%s>\\n" "$prompt"',
  '(echo made > made.txt) 2>/dev/null && echo "inside yes" || echo "inside no"',
  '(echo made > "$OUTSIDE/made.txt") 2>/dev/null && echo "outside yes" || echo "outside no"',
  '(exec 3<>"/dev/tcp/127.0.0.1/$SERVER_PORT") 2>/dev/null && echo "network yes" || echo "network no"',
];

export const allow =
  (...more: readonly string[]) =>
  ({ approvalId }: Approval): readonly string[] => ['allow', approvalId, ...more];

export const reject =
  (feedback: string) =>
  ({ approvalId }: Approval): readonly string[] => ['reject', approvalId, '--feedback', feedback];

/** What `sallyport approvals list --json` prints, without a program of its own for each look. */
async function listQuestions(folders: EngineFolders): Promise<readonly Approval[]> {
  const client = await findEngine(folders, 'approvals');
  if (client === undefined) return [];
  try {
    return (await client.call('approval/list', {})).approvals.map((approval) => maskApproval(approval));
  } finally {
    client.close();
  }
}

export async function createArticlePlace(): Promise<ArticlePlace> {
  const place = createCliPlace();
  const base = dirname(place.folder);
  const [user, outside, bin] = ['user', 'outside', 'bin'].map((name) => join(base, name));
  if (user === undefined || outside === undefined || bin === undefined) throw new Error('unreachable');
  for (const folder of [user, outside, bin, place.home]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  const server = createServer((socket) => socket.end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  Object.assign(place.env, {
    HOME: user,
    PATH: `${bin}:/usr/local/bin:/usr/bin:/bin`,
    OUTSIDE: outside,
    SERVER_PORT: String(typeof address === 'object' ? address?.port : 0),
  });
  delete place.env['CODEX_HOME'];

  const addProgram = (name: string, lines: readonly string[], first = '#!/bin/bash'): void =>
    writeFileSync(join(bin, name), `${first}\n${lines.join('\n')}\n`, { mode: 0o755 });
  addProgram('codex', AGENT);

  const folders = { home: place.home, runtimeDir: join(place.home, 'run') };
  const nextQuestion = (earlier: readonly Approval[] = []): Promise<Approval> =>
    vi.waitFor(
      async () => {
        const known = earlier.map(({ approvalId }) => approvalId);
        const open = await listQuestions(folders);
        const found = open.find(({ approvalId }) => !known.includes(approvalId));
        if (found === undefined) throw new Error('no further question waits');
        return found;
      },
      { timeout: 90_000, interval: 100 },
    );
  const lastEvents = async (): Promise<Event[]> =>
    readStored(place.home, (reader) =>
      reader.listSessions({ limit: 1 }).flatMap(({ sessionId }) => parseEvents<Event>(reader, sessionId)),
    );

  return {
    ...place,
    ...{ user, outside, addProgram, nextQuestion, lastEvents },
    configure: (toml) => {
      const file = join(place.home, 'config.toml');
      writeFileSync(file, toml);
      return file;
    },
    verdicts: async (flags, script) => {
      const { stdout, stderr } = await place.run(['check', '--json', ...flags, '--script', script]);
      if (stdout === '') throw new Error(stderr);
      const { steps } = JSON.parse(stdout) as { steps: { verdict: string }[] };
      return steps.map(({ verdict }) => verdict);
    },
    lastSnapshot: async () => {
      const found = (await lastEvents()).find((event) => event.type === 'config/snapshot');
      if (found?.type !== 'config/snapshot') throw new Error('no configuration was written down');
      return found.content;
    },
    runAnswered: async (words, answers) => {
      const running = place.run([...words.slice(0, 1), '--wait', ...words.slice(1)]);
      const questions: Approval[] = [];
      for (const answer of answers) {
        const question = await nextQuestion(questions);
        questions.push(question);
        const said = await place.run(['approvals', ...answer(question)]);
        expect(said).toMatchObject({ status: 0 });
      }
      return { ...(await running), questions };
    },
    close: async () => {
      server.close();
      await place.close();
    },
  };
}
