import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ApprovalAnswer, Event, SessionFlags } from '../../src/protocol/index.ts';
import { eventsOf } from '../support/events-of.ts';
import {
  allowOnce,
  makeFolder,
  type RealEngine,
  rejectWith,
  startRealEngine,
} from '../support/real-engine.ts';
import { type SmallServer, serveLocally } from '../support/small-registries.ts';

const folder = makeFolder('network', '/var/tmp');
let real: RealEngine;
let server: SmallServer;
/** What a name leads to; may change in between. */
const names = new Map<string, string[]>();

beforeAll(async () => {
  server = await serveLocally((request, response) => response.end(`served ${request.headers.host}\n`));
  real = await startRealEngine({ resolve: async (name) => names.get(name) ?? ['127.0.0.1'] });
});
afterAll(async () => {
  await real.stop();
  await server.close();
  folder.remove();
});

const flags = (more: Partial<SessionFlags>): Partial<SessionFlags> => more;
const judgedOf = (events: readonly Event[]): string[] =>
  eventsOf(events, 'network/judged').map(({ host, verdict }) => `${verdict} ${host}`);

function run(script: string, more: Partial<Parameters<RealEngine['run']>[1]> = {}) {
  return real.run(script, { cwd: folder.path, answer: () => allowOnce, ...more });
}

/** No word of the command names the address: only the connection shows it. */
const fetchHidden = (host: string): string => `curl -sS -K - <<< "url=http://${host}:${server.port}/"`;

describe('a host on no list', () => {
  test('waits while a person is asked, and goes on after a yes', async () => {
    const done = await run(`curl -sS http://one.test:${server.port}/`);
    expect(done.stderr).toBe('');
    expect(done.stdout).toBe(`served one.test:${server.port}\n`);
    const [question] = done.questions;
    expect(done.questions).toHaveLength(1);
    expect(question).toMatchObject({ kind: 'net', category: 'blocked', scopes: ['once'] });
    expect(question?.text).toContain(`connect to one.test:${server.port}   (by curl`);
    expect(question?.reasons[0]?.text).toContain('leads to 127.0.0.1, a private address');
    expect(judgedOf(done.events)).toEqual(['allow one.test']);
    if (question === undefined) throw new Error('no question');
    const { context } = await real.engine.describeApproval(question.approvalId);
    expect(context?.notices.join(' ')).toContain(
      'once lasts until the script or program has ended, and so does a no',
    );
  });

  test('is one question, however many connections wait for it, also one after the other', async () => {
    const many = `for i in 1 2 3 4 5 6; do ${fetchHidden('many.test')} & done; wait; ${fetchHidden('many.test')}`;
    const done = await run(many);
    expect(done.stdout.match(/served many\.test/g)).toHaveLength(7);
    expect(done.questions).toHaveLength(1);
    expect(judgedOf(done.events)).toEqual(['allow many.test']);
  });

  test('is refused after a no, which holds for the rest of the launch, and the tool is told why', async () => {
    const twice = `${fetchHidden('no.test')}; ${fetchHidden('no.test')}`;
    const done = await run(twice, { answer: () => rejectWith('not this one') });
    expect(done.stdout).toMatch(/^(.*rejected net-\w+: not this one.*\n?){2}$/);
    expect(done.stderr).toMatch(/^sallyport: refused: no\.test:\d+: rejected net-\w+: not this one\n$/);
    expect(done.questions).toHaveLength(1);
    expect(judgedOf(done.events)).toEqual(['refuse no.test']);
  });

  test('once ends with the launch: the next one asks again', async () => {
    const first = await run(fetchHidden('again.test'));
    const second = await run(fetchHidden('again.test'));
    expect([first.questions.length, second.questions.length]).toEqual([1, 1]);
  });

  test('withdraws its question when nobody waits for it any more', async () => {
    const done = await run(`u=http://gone.test:${server.port}/; curl -sS -m 1 "$u"; echo after`, {
      answer: () => undefined,
    });
    expect(done.stdout).toContain('after');
    expect(done.questions).toHaveLength(1);
    expect(done.events.some(({ type }) => type === 'approval/withdrawn')).toBe(true);
  });

  test.each([
    ['never', { policy: 'never' }],
    ['nobody can answer', { answers: 'nobody' as const }],
  ])('is refused at once where %s', async (_why, options) => {
    const done = await run(fetchHidden('refused.test'), options);
    expect(done.questions).toEqual([]);
    // said once, in the answer and in the history
    expect(done.stdout).toMatch(/^sallyport: refused: refused\.test:\d+: (?!refused:)/);
    const judged = done.events.find(({ type }) => type === 'network/judged');
    expect(judged).toMatchObject({ verdict: 'refuse', rule: expect.not.stringMatching(/^refused:/) });
    expect(judgedOf(done.events)).toEqual(['refuse refused.test']);
  });

  test.each([
    ['CONNECT', '-p'],
    ['SOCKS', '--proxy "$ALL_PROXY"'],
  ])(
    'is refused over %s with the words on standard error, once, where the tool shows a number',
    async (_door, how) => {
      const fetch = `curl -s ${how} -K - <<< "url=http://tunnel.test:${server.port}/"`;
      const done = await run(`${fetch}; ${fetch}; echo after`, {
        answer: () => rejectWith('use the mirror\x1b[31m'),
      });
      expect(done.stdout).toBe('after\n');
      expect(done.stderr).toMatch(
        /^sallyport: refused: tunnel\.test:\d+: rejected net-\w+: use the mirror[^\x1b\n]*\n$/,
      );
    },
  );

  test('that is known to nobody is told on standard error too', async () => {
    names.set('unknown.test', []);
    const done = await run(`curl -s -p -K - <<< "url=http://unknown.test/"; echo after`);
    expect(done.stderr).toBe('sallyport: cannot be reached: unknown.test:80: the name is not known\n');
  });

  test('is reached by SOCKS as well', async () => {
    const done = await run(`u=http://socks.test:${server.port}/; curl -sS --proxy "$ALL_PROXY" "$u"`);
    expect(done.stdout).toBe(`served socks.test:${server.port}\n`);
    expect(done.questions).toHaveLength(1);
  });
});

describe('the lists', () => {
  test('a host in allow is asked about only for its private address, one in deny never', async () => {
    const lists = flags({ allowDomains: ['*.test'], denyDomains: ['bad.test'] });
    const script = `${fetchHidden('good.test')}; ${fetchHidden('bad.test')}`;
    const done = await run(script, { flags: lists });
    expect(done.stdout).toContain('served good.test');
    expect(done.stdout).toContain('deny "bad.test"');
    expect(done.questions.map(({ reasons }) => reasons[0]?.code)).toEqual(['private-address']);
    expect(judgedOf(done.events)).toEqual(['allow good.test', 'refuse bad.test']);
  });

  test('deny = ["*"] refuses what is on no list, before it runs where that is known', async () => {
    const done = await run('curl -sS https://elsewhere.example.org/', {
      flags: flags({ denyDomains: ['*'] }),
    });
    expect(done.questions).toEqual([]);
    expect(done.result.exitCode).toBe(126);
    expect(done.stderr).toContain('deny "*"');
  });

  test('a port of the host’s loopback that allow names is forwarded, another one is not', async () => {
    const other = await serveLocally((_request, response) => response.end('other'));
    const script = `for p in ${server.port} ${other.port}; do u=http://127.0.0.1:$p/; curl -sS "$u" || echo closed; done`;
    const done = await run(script, { flags: flags({ allowDomains: [`127.0.0.1:${server.port}`] }) });
    await other.close();
    expect(done.stdout).toBe(`served 127.0.0.1:${server.port}\nclosed\n`);
    expect(done.questions).toEqual([]);
  });

  test('a name that leads to an address that allow names too is reached unasked, until it leads elsewhere', async () => {
    const both = [`company.corp.example:${server.port}`, `127.0.0.1:${server.port}`];
    const fetch = fetchHidden('company.corp.example');
    names.set('company.corp.example', ['127.0.0.1']);
    const named = await run(fetch, { flags: flags({ allowDomains: both }) });
    expect([named.stdout, named.questions]).toEqual([`served company.corp.example:${server.port}\n`, []]);
    const byName = await run(fetch, { flags: flags({ allowDomains: both.slice(0, 1) }) });
    expect(byName.questions.map(({ reasons }) => reasons[0]?.code)).toEqual(['private-address']);
    names.set('company.corp.example', ['127.0.0.1', '127.0.0.2']);
    const moved = await run(fetch, { flags: flags({ allowDomains: both }), answer: () => rejectWith('no') });
    expect(moved.questions.map(({ reasons }) => reasons[0]?.code)).toEqual(['private-address']);
    expect(moved.stdout).toContain('rejected');
  });

  test('a name that leads elsewhere after its yes is asked about anew', async () => {
    names.set('moves.test', ['127.0.0.1']);
    const script = `${fetchHidden('moves.test')}; ${fetchHidden('moves.test')}`;
    let count = 0;
    const answer = (): ApprovalAnswer => {
      count += 1;
      names.set('moves.test', ['169.254.169.254']);
      return count === 1 ? allowOnce : rejectWith('no');
    };
    const done = await run(script, { answer });
    expect(done.questions.map(({ reasons }) => reasons[0]?.text)).toEqual([
      expect.stringContaining('127.0.0.1'),
      expect.stringContaining('metadata service'),
    ]);
    expect(done.stdout.match(/served/g)).toHaveLength(1);
  });
});

describe('what a step is known to need before', () => {
  // Behind another proxy names are looked up there, so that these hosts need not exist.
  const upstream = () => flags({ overrides: [`network.proxy="http://127.0.0.1:${server.port}"`] });

  test('a yes to the command opens its host while it runs, without a second question', async () => {
    const done = await run('curl -sS http://known.example.org/', { flags: upstream() });
    expect(done.stdout).toBe('served known.example.org\n');
    expect(done.questions.map(({ kind, grant }) => [kind, grant?.hosts])).toEqual([
      ['cmd', [{ host: 'known.example.org', port: 80 }]],
    ]);
    expect(judgedOf(done.events)).toEqual(['allow known.example.org']);
  });

  test('and no longer: what comes after it is asked', async () => {
    const after = 'curl -sS -K - <<< "url=http://known.example.org/"';
    const done = await run(`curl -sS http://known.example.org/; ${after}`, { flags: upstream() });
    expect(done.questions.map(({ kind }) => kind)).toEqual(['cmd', 'net']);
    expect(done.questions[1]?.scopes).toContain('session');
    expect(done.stdout).toBe('served known.example.org\n'.repeat(2));
  });
});

describe('the way out', () => {
  test('a connection of the shell itself to a server inside is no file and no question', async () => {
    const script = `(exec 3<>/dev/tcp/127.0.0.1/9) 2>&1; echo tried`;
    const done = await run(script, { policy: 'never' });
    expect(done.stdout).toMatch(/Connection refused[\s\S]*tried\n$/);
    expect([done.questions, done.result.exitCode]).toEqual([[], 0]);
  });

  test('there is none but the proxy: an address is unreachable at once, a name is not found', async () => {
    const done = await run(
      'for v in ALL_PROXY all_proxy HTTP_PROXY http_proxy; do unset $v; done; t=http://198.51.100.7/; curl -sS -m 20 "$t"; getent hosts one.test || echo no name',
    );
    expect(done.stderr).toMatch(/Failed to connect|Couldn't connect|unreachable/i);
    expect(done.stdout).toBe('no name\n');
    expect(done.questions).toEqual([]);
  });

  test('the proxy knows each launch by its own credential', async () => {
    const done = await run(
      `u=http://one.test:${server.port}/; curl -sS -o /dev/null -w '%{http_code}' --proxy http://127.0.0.1:3128 "$u"`,
    );
    expect(done.stdout).toBe('407');
    expect(done.questions).toEqual([]);
  });

  test('the configuration has the last word on a variable, and the person’s own proxy is not passed', async () => {
    const overrides = ['shell_environment_policy.set.NO_PROXY="mine"'];
    const env = { HTTPS_PROXY: 'http://corporate:8080', ftp_proxy: 'http://corporate:8080' };
    const done = await run('echo "$NO_PROXY $HTTPS_PROXY [$ftp_proxy]"', {
      flags: flags({ overrides }),
      env,
    });
    expect(done.stdout).toMatch(/^mine http:\/\/run-\w+:[\w-]+@127\.0\.0\.1:3128 \[\]\n$/);
  });

  test('certificates of the configuration are there, with those of the machine', async () => {
    const own = join(folder.path, 'own.pem');
    writeFileSync(own, `${rootCertificates[0]?.trim()}\n`);
    const overrides = [`network.ca_file="${own}"`];
    const done = await run('grep -c BEGIN "$SSL_CERT_FILE"; tail -2 "$NODE_EXTRA_CA_CERTS" | head -1', {
      flags: flags({ overrides }),
    });
    const [count, last] = done.stdout.trim().split('\n');
    expect(Number(count)).toBeGreaterThan(10);
    expect(last).toBe(rootCertificates[0]?.trim().split('\n').at(-2));
  });

  test('nothing is left of it when the session is closed', async () => {
    await run(fetchHidden('one.test'), { flags: flags({ allowDomains: [`127.0.0.1:${server.port}`] }) });
    const left = readdirSync(join(real.home, 'run')).filter((name) => /\.(sock|pem)$/.test(name));
    expect(left).toEqual([]);
  });
});

describe('a published port', () => {
  function look(port: number): Promise<string> {
    return new Promise((resolve) => {
      const request = get({ host: '127.0.0.1', port, path: '/' }, (response) => {
        let text = '';
        response.on('data', (piece) => {
          text += piece;
        });
        response.once('end', () => resolve(text));
      });
      request.once('error', (error) => resolve(error.message));
    });
  }

  async function freePort(): Promise<number> {
    const probe = await serveLocally((_request, response) => response.end());
    await probe.close();
    return probe.port;
  }

  test('is asked about when a server inside listens, then opens at 127.0.0.1, and closes with the session', async () => {
    const port = await freePort();
    const inside = join(folder.path, 'site');
    mkdirSync(inside, { recursive: true });
    writeFileSync(join(inside, 'index.html'), 'from inside');
    const stop = join(folder.path, 'stop');
    const texts: string[] = [];
    const before: string[] = [];
    const script = `cd site; /usr/bin/python3 -m http.server ${port} >/dev/null 2>&1 & while [ ! -e ${stop} ]; do sleep 0.1; done; kill %1`;
    const done = await run(script, {
      flags: flags({ publish: [String(port)] }),
      answer: (approval) => {
        if (approval.kind !== 'net') return allowOnce;
        look(port)
          .then((text) => before.push(text))
          .then(() => lookUntil(port, 'from inside', texts))
          .then(() => writeFileSync(stop, ''))
          .catch(() => undefined);
        return allowOnce;
      },
    });
    expect(done.questions.map(({ kind, text }) => `${kind} ${text}`)).toContain(
      `net open port ${port} of this session for this machine's browsers`,
    );
    expect(texts.at(-1)).toBe('from inside');
    expect(done.stderr).toContain(`http://127.0.0.1:${port}`);
    expect(await look(port)).toMatch(/ECONNREFUSED/);
    expect(existsSync(stop)).toBe(true);
  });

  async function lookUntil(port: number, wanted: string, seen: string[]): Promise<void> {
    while (seen.at(-1) !== wanted) {
      seen.push(await look(port));
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  test('a port that is taken is said before anything runs', async () => {
    await expect(run('true', { flags: flags({ publish: [String(server.port)] }) })).rejects.toThrow(
      new RegExp(`port ${server.port} of this machine cannot be opened`),
    );
  });
});
