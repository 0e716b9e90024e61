import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { buildHelpers, encodeField, makeFolder, removeFolders, users } from './support/helper-files.ts';
import { allowAll, askedOf, type RunningGate, startGate } from './support/start-gate.ts';
import { type RunningHolder, startHolder } from './support/start-holder.ts';

const helpers = buildHelpers();
afterAll(removeFolders);

/** A shell that a person types into: a terminal of its own, job control on, no start files. */
const SHELL = 'exec bash --norc --noprofile -i';

describe.each(users)('a shell that is typed into, as $name', (user) => {
  let holder: RunningHolder;
  let gate: RunningGate;
  let printed: string;
  let seen: number;
  let look: () => void;

  beforeEach(async () => {
    printed = '';
    seen = 0;
    look = () => undefined;
    holder = await startHolder(helpers.path('holder'), [], user);
    gate = await startGate({
      helpers: helpers.folder,
      user,
      anchorPid: holder.anchorPid,
      workspace: makeFolder(user),
      argv: ['/usr/bin/script', '-qefc', SHELL, '/dev/null'],
      environment: { PS1: 'ready> ', TERM: 'dumb' },
      decide: (event) => {
        if (event.argv?.[0] === 'touch') return `deny ${event.slot} ${encodeField('sallyport: refused')}`;
        return event.argv?.includes('-r') === true ? undefined : allowAll(event);
      },
    });
    gate.child.stdout?.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
      look();
    });
    return async () => {
      gate.send('kill');
      await gate.finished;
      await holder.close();
    };
  });

  /** Waits until it has printed this, after what was waited for last. */
  function see(text: string): Promise<void> {
    return new Promise((resolve) => {
      look = () => {
        const at = printed.indexOf(text, seen);
        if (at < 0) return;
        seen = at + text.length;
        look = () => undefined;
        resolve();
      };
      look();
    });
  }

  async function type(line: string, answer: string): Promise<void> {
    gate.child.stdin?.write(line);
    await see(answer);
  }

  test('every typed command is held, and a refused one leaves the shell at its prompt', async () => {
    await see('ready> ');
    await type('uname; echo $((40+2))\n', '42\r\n');
    await type('touch x; echo status $?\n', 'sallyport: refused');
    await see('status 126');
    await type('uname -s | cat\n', 'Linux\r\n');
    await type('exit 5\n', 'exit');
    expect((await gate.finished).code).toBe(5);
    const typed = askedOf(gate).filter((words) => !words.includes('bash'));
    expect(typed.toSorted()).toEqual(['cat', 'touch x', 'uname', 'uname -s']);
  });

  test('Ctrl-C ends what runs, Ctrl-Z stops it, and it goes on', async () => {
    await see('ready> ');
    gate.child.stdin?.write('sleep 4321\n');
    await gate.wait((event) => event.type === 'exec' && event.argv.includes('4321'));
    await runs('sleep\x004321');
    await type('\x03', '^C');
    await type('echo status $?\n', 'status 130');
    gate.child.stdin?.write('sleep 4322\n');
    await gate.wait((event) => event.type === 'exec' && event.argv.includes('4322'));
    await runs('sleep\x004322');
    await type('\x1a', 'Stopped');
    await type('jobs; echo listed\n', 'Stopped');
    await type('bg; kill %1; wait; echo ended $?\n', 'ended');
    await type('exit 3\n', 'exit');
    expect((await gate.finished).code).toBe(3);
  });

  test('Ctrl-C while a command waits for its answer ends the question', async () => {
    await see('ready> ');
    gate.child.stdin?.write('uname -r\n');
    const held = await gate.wait((event) => event.type === 'exec' && event.argv[1] === '-r');
    await type('\x03', 'ready> ');
    await gate.wait((event) => event.type === 'exit' && event.slot === held.slot);
    await type('echo status $?\n', 'status 130');
    await type('exit 4\n', 'exit');
    expect((await gate.finished).code).toBe(4);
  });

  /** The program itself runs, not the shell's child that is to become it. */
  async function runs(words: string): Promise<void> {
    const isThere = (): boolean =>
      readdirSync('/proc').some((name) => {
        try {
          return /^\d+$/.test(name) && readFileSync(`/proc/${name}/cmdline`, 'utf8') === `${words}\0`;
        } catch {
          return false;
        }
      });
    while (!isThere()) await new Promise((resolve) => setTimeout(resolve, 10));
  }
});
