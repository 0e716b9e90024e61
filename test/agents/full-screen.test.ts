import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type AgentPlace, createAgentPlace } from '../support/agent-place.ts';
import type { PersonTerminal } from '../support/terminal.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 60_000 });

const FEEDBACK = 'keep to the folder of the project, please';
const PATIENCE = { timeout: 120_000, interval: 100 };
/** A program asks the terminal where its cursor is. */
const WHERE = '\x1b[6n';

interface FullScreen {
  readonly name: string;
  readonly words: readonly string[];
  /** Its words when it waits for a person; moves of the cursor stand in place of blanks. */
  readonly ready: RegExp;
  readonly leave: string;
  /** What it asks for by itself and cannot be kept from; it does without. */
  readonly own?: string;
}

const AGENTS: readonly FullScreen[] = [
  {
    name: 'Claude Code',
    // its own questions are off for the shell: they are drawn in pieces
    words: ['claude', '--allowedTools', 'Bash'],
    ready: /manual.{1,8}mode/,
    leave: '/exit',
  },
  {
    name: 'Codex',
    words: ['codex', '--no-daemon'],
    ready: /scripted/,
    leave: '/quit',
    own: 'connect to raw.githubusercontent.com:443',
  },
];

let place: AgentPlace | undefined;
afterEach(async () => {
  await place?.close();
  place = undefined;
});

/** Types a line as a person does: an agent takes what comes in one piece for a paste. */
async function typeLine(terminal: PersonTerminal, line: string): Promise<void> {
  for (const key of [...line, '\r']) {
    terminal.type(key);
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
}

/** Answers what an emulator answers, as long as the terminal lives. */
function answerCursor(terminal: PersonTerminal): () => void {
  let answered = 0;
  const timer = setInterval(() => {
    const asked = terminal.screen().split(WHERE).length - 1;
    for (; answered < asked; answered += 1) terminal.type('\x1b[1;1R');
  }, 20);
  return () => clearInterval(timer);
}

describe.skipIf(process.platform !== 'linux').each(AGENTS)(
  '$name on a terminal, behind sallyport run (Linux)',
  ({ words, ready, leave, own }) => {
    test('has its screen, is asked about on the page, and ends', async () => {
      place = await createAgentPlace([
        { run: 'echo harmless-$((40 + 2))' },
        { run: 'touch ~/allowed.txt; echo allowed-status-$?' },
        { run: 'touch ~/rejected.txt; echo rejected-status-$?' },
        { say: 'the end of the scenario' },
      ]);
      const { cli, model, home } = place;
      place.answerWith(({ text }) =>
        text.includes('allowed.txt')
          ? { outcome: 'allowed', scope: 'once' }
          : { outcome: 'rejected', feedback: FEEDBACK },
      );
      const terminal = cli.openTerminal(['run', '--', ...words], { columns: 120 });
      const stopAnswering = answerCursor(terminal);
      await terminal.see(ready);
      await typeLine(terminal, 'go on');
      for (let turn = 2; turn <= 4; turn += 1) {
        await vi.waitFor(() => expect(model.turns().length).toBeGreaterThanOrEqual(turn), PATIENCE);
      }
      const told = model.turns().map(({ body }) => body);
      expect(told[1]).toContain('harmless-42');
      expect(told[2]).toContain('allowed-status-0');
      expect(existsSync(join(home, 'allowed.txt'))).toBe(true);
      expect(told[3]).toContain(FEEDBACK);
      expect(existsSync(join(home, 'rejected.txt'))).toBe(false);
      await terminal.see(/the.{1,8}end.{1,8}of.{1,8}the.{1,8}scenario/);
      await typeLine(terminal, leave);
      expect(await terminal.ended).toBe(0);
      stopAnswering();
      const asked = place.questions.map(({ text }) => text);
      expect(asked.filter((text) => text !== own)).toEqual([
        `touch ${join(home, 'allowed.txt')}`,
        `touch ${join(home, 'rejected.txt')}`,
      ]);
      expect(model.requests.filter(({ isUnknown }) => isUnknown)).toEqual([]);
      await vi.waitFor(() => expect(place?.processes()).toEqual([]), { timeout: 30_000 });
    });
  },
);
