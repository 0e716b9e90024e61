import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine, type Engine, type RowsView } from '../../src/engine/index.ts';
import type { RowKind, SessionHead, SessionId, TimelineRow } from '../../src/protocol/index.ts';
import {
  allowOnce,
  allowSession,
  makeFolder,
  type RealEngine,
  rejectWith,
  startRealEngine,
} from '../support/real-engine.ts';

const isLinux = process.platform === 'linux';

/** What one who watches from the first event on has been told. */
class Watcher {
  readonly rows = new Map<number, TimelineRow>();
  readonly heads: SessionHead[] = [];
  readonly #stop: () => void;
  #view: Promise<RowsView> | undefined;

  constructor(engine: Engine) {
    this.#stop = engine.onSessionHead((head) => {
      this.heads.push(head);
      this.#view ??= this.#watch(engine, head.sessionId);
    });
  }

  get sessionId(): SessionId {
    const [head] = this.heads;
    if (head === undefined) throw new Error('no session was opened');
    return head.sessionId;
  }

  async #watch(engine: Engine, sessionId: SessionId): Promise<RowsView> {
    const view = await engine.openRows(sessionId);
    const take = (rows: readonly TimelineRow[]): void => {
      for (const row of rows) this.rows.set(row.index, row);
    };
    take(view.rows.listMatches({}, 0, view.rows.total));
    view.onChanged((indices) => take(view.rows.rowsAt(indices)));
    return view;
  }

  async end(): Promise<TimelineRow[]> {
    this.#stop();
    (await this.#view)?.release();
    return [...this.rows.values()].sort((a, b) => a.index - b.index);
  }
}

async function readAll(engine: Engine, sessionId: SessionId): Promise<readonly TimelineRow[]> {
  const view = await engine.openRows(sessionId);
  const rows = view.rows.listMatches({}, 0, view.rows.total);
  view.release();
  return rows;
}

function ofKind(rows: readonly TimelineRow[], kind: RowKind): TimelineRow[] {
  return rows.filter((row) => row.kind === kind);
}

describe.skipIf(!isLinux)('rows of a real session (Linux: real gate and wall)', () => {
  let real: RealEngine;
  let folder: ReturnType<typeof makeFolder>;
  let outside: ReturnType<typeof makeFolder>;

  beforeAll(async () => {
    real = await startRealEngine();
    folder = makeFolder('rows');
    // not below /tmp, which is the session's own inside
    outside = makeFolder('rows-outside', '/var/tmp');
  });
  afterAll(async () => {
    await real.stop();
    folder.remove();
    outside.remove();
  });

  async function runWatched(script: string, policy: string, answerOf = (_text: string) => allowOnce) {
    const watcher = new Watcher(real.engine);
    const answer: Parameters<RealEngine['run']>[1]['answer'] = ({ text }) => answerOf(text);
    const { result } = await real.run(script, { cwd: folder.path, policy, answer });
    return { result, rows: await watcher.end(), heads: watcher.heads, sessionId: watcher.sessionId };
  }

  it('as a watcher was told of them are the rows that are read afterwards, and those of another engine', async () => {
    const script = [
      'touch a',
      'cp a b; cp a b',
      'rm b',
      'for name in x y; do touch "$name"; done',
      'printf "one\\ntwo\\n\\033[31mred\\033[0m\\nfour\\n"',
      'ls nothing',
    ].join('\n');
    const { result, rows, heads, sessionId } = await runWatched(script, 'untrusted', (text) => {
      if (text.startsWith('rm')) return rejectWith('keep it');
      return text === 'touch a' ? allowSession : allowOnce;
    });
    expect(result).toMatchObject({ outcome: 'ran', exitCode: 2 });
    expect(await readAll(real.engine, sessionId)).toEqual(rows);

    expect(ofKind(rows, 'command').map((row) => [row.text, row.outcome, row.scope ?? row.feedback])).toEqual([
      ['touch a', 'ran', 'session'],
      ['cp a b', 'ran', 'once'],
      ['cp a b', 'ran', 'once'],
      ['rm b', 'rejected', 'keep it'],
      ['touch x', 'ran', 'once'],
      ['touch y', 'ran', 'once'],
      ['ls nothing', 'ran', undefined],
    ]);
    const asked = rows.filter((row) => row.approvalId !== undefined);
    expect(asked).toHaveLength(6);
    for (const row of asked)
      expect(row).toMatchObject({ kind: 'command', by: 'test', risk: expect.anything() });
    expect(ofKind(rows, 'turn')).toEqual([
      expect.objectContaining({ note: '7 steps · exec', outcome: 'ran', exitCode: 2 }),
    ]);
    expect(ofKind(rows, 'grant')).toEqual([
      expect.objectContaining({ text: 'touch a', outcome: 'ended', by: 'test', scope: 'session' }),
    ]);
    const [output] = ofKind(rows, 'output');
    expect(output?.tail?.lines.at(-1)).toBe("ls: cannot access 'nothing': No such file or directory");
    expect(output?.tail?.lines).toHaveLength(3);
    expect(ofKind(rows, 'note').map((row) => row.text)).toEqual(['session opened', 'session closed']);

    const openCounts = heads.map((head) => head.openApprovals);
    expect(Math.max(...openCounts)).toBe(1);
    expect(heads.at(-1)).toMatchObject({
      state: 'closed',
      outcome: 'failed',
      activity: 'touch a',
      openApprovals: 0,
    });
    expect(heads.some((head) => head.activity === 'touch x' && head.isWorking)).toBe(true);
  });

  it('tell of a write that was held, and of one that was not asked about', async () => {
    writeFileSync(join(outside.path, 'file'), 'before');
    const script = `python3 -c "open('${outside.path}/file','w').write('x')"`;
    const asked = await runWatched(script, 'on-request');
    const [question] = ofKind(asked.rows, 'approval');
    expect(question).toMatchObject({ outcome: 'allowed', scope: 'once', by: 'test' });
    expect(question?.text).toContain(`write ${outside.path}/file`);
    expect(ofKind(asked.rows, 'command')).toEqual([expect.objectContaining({ outcome: 'ran' })]);
    expect(asked.heads.at(-1)).toMatchObject({ outcome: 'ok' });

    const blocked = await runWatched(script, 'never');
    expect(ofKind(blocked.rows, 'denial')).toEqual([
      expect.objectContaining({ outcome: 'blocked', text: `write ${outside.path}/file` }),
    ]);
    expect(await readAll(real.engine, blocked.sessionId)).toEqual(blocked.rows);
  });

  it('and heads are the same in an engine that finds the sessions in its history', async () => {
    await runWatched('echo $((1 +\n2)); kill -9 $$', 'on-request');
    const listed = await real.engine.listSessions();
    const first = await Promise.all(listed.map((head) => readAll(real.engine, head.sessionId)));
    const before = real.engine.about();
    const { home } = real;
    const second = await createEngine({ home, runtimeDir: join(home, 'run-2'), version: '0.0.0-test' });
    try {
      expect(await second.listSessions()).toEqual(listed);
      expect(listed[0]).toMatchObject({ outcome: 'failed', state: 'closed', activity: 'echo $((1 +' });
      const again = await Promise.all(listed.map((head) => readAll(second, head.sessionId)));
      expect(again).toEqual(first);
      expect(second.about()).toMatchObject({ hasHistory: true, wallVersion: before.wallVersion });
      expect(before.wallVersion).toMatch(/^bubblewrap \d/);
    } finally {
      await second.stop();
    }
  });

  it('come with what a script printed, in parts of any size', async () => {
    const { rows } = await runWatched('for i in $(seq 500); do echo "zeile $i äöü€😀"; done', 'never');
    const [row] = ofKind(rows, 'output');
    const runId = row?.runId;
    if (runId === undefined) throw new Error('nothing was printed');
    expect(row?.tail).toEqual({
      lines: ['zeile 498 äöü€😀', 'zeile 499 äöü€😀', 'zeile 500 äöü€😀'],
      moreLines: 497,
    });
    const whole = Array.from({ length: 500 }, (_, i) => `zeile ${i + 1} äöü€😀\n`).join('');
    let text = '';
    let size = 1;
    for (let offset = 0; offset < size; offset += 37) {
      const part = await real.engine.readRunOutput({ runId, stream: 'stdout', offset, limit: 37 });
      size = part.size;
      text += part.text;
    }
    expect(text).toBe(whole);
    const end = await real.engine.readRunOutput({ runId, stream: 'stdout', offset: -9, limit: 1000 });
    expect(end).toEqual({ text: '€😀\n', offset: size - 8, size, cutBytes: 0 });
  });

  it('of an unknown session there are none', async () => {
    const unknown = '01900000-0000-7000-8000-000000000000' as SessionId;
    await expect(real.engine.openRows(unknown)).rejects.toMatchObject({ code: 'no-such-session' });
    await expect(real.engine.readHead(unknown)).rejects.toMatchObject({ code: 'no-such-session' });
  });
});
