import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PROGRAM } from '../support/program.ts';
import { type CliPlace, createCliPlace } from '../support/terminal.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let place: CliPlace;
beforeEach(() => {
  place = createCliPlace();
});
afterEach(() => place.close());

/** Connects to the control socket and tells what came of it. With what every place of this clone can see inside. */
const CONNECT = `
import socket, sys
try:
    socket.socket(socket.AF_UNIX).connect(sys.argv[1])
    print('CONNECTED')
except OSError as error:
    print('refused E', error.errno)
`;

describe('from inside a sandbox', () => {
  it('nothing of ours can be reached: no answer, no control socket, no home', async () => {
    const waiting = place.run(['exec', '--wait', '-a', 'untrusted', 'touch waiting.txt']);
    let approvalId = '';
    while (approvalId === '') {
      const { stdout } = await place.run(['approvals', 'list', '--json']);
      approvalId = stdout === '' ? '' : JSON.parse(stdout.split('\n')[0] ?? '').approvalId;
      await delay(20);
    }
    const node = process.execPath;
    const socket = join(place.home, 'run', 'control.sock');
    const script = [
      `'${node}' '${PROGRAM}' approvals allow ${approvalId}; echo allow=$?`,
      `python3 -c "$CONNECT_PROGRAM" '${socket}'`,
      `ls '${place.home}'; echo ls=$?`,
      `cat '${place.home}/history.sqlite'; echo cat=$?`,
      'touch ran.txt && echo alive',
    ].join('\n');
    place.env['CONNECT_PROGRAM'] = CONNECT;
    const result = await place.run(['exec', script]);
    expect(result.stdout).toContain('alive');
    expect(result.stdout).not.toContain('CONNECTED');
    expect(result.stdout).toMatch(/^refused E/m);
    expect(result.stdout).not.toContain('allow=0');
    expect(result.stdout).not.toContain('ls=0');
    expect(result.stdout).not.toContain('cat=0');
    const { stdout } = await place.run(['approvals', 'list', '--json']);
    expect(stdout).toContain(approvalId);
    expect((await place.run(['approvals', 'reject', approvalId])).status).toBe(0);
    expect((await waiting).status).toBe(126);
  });
});
