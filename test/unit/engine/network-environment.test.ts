import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { findOwnNames, isKnownHere, publishPort, readPublished } from '../../../src/engine/network/index.ts';
import { networkEnvironment } from '../../../src/engine/sandbox/index.ts';

const address = { launchId: 'run-1', secret: 'abc', hasCertificates: false, ownNames: ['me', 'me.corp'] };
const PROXY = 'http://run-1:abc@127.0.0.1:3128';

describe('the way to the proxy', () => {
  test('replaces every proxy variable of the person, in either case, and leaves what is similar', () => {
    const own = {
      http_proxy: 'http://old:1',
      FTP_PROXY: 'http://old:1',
      NO_PROXY: 'corporate',
      npm_config_https_proxy: 'http://old:1',
      PROXY_COMMAND: 'kept',
      PATH: '/bin',
    };
    const made = networkEnvironment(own, address);
    expect(Object.values(made).join(' ')).not.toContain('old:1');
    expect([made['http_proxy'], made['HTTPS_PROXY'], made['npm_config_https_proxy']]).toEqual([
      PROXY,
      PROXY,
      PROXY,
    ]);
    expect(made['all_proxy']).toBe('socks5h://run-1:abc@127.0.0.1:3128');
    expect(made['NO_PROXY']?.split(',')).toEqual(
      expect.arrayContaining(['localhost', '.localhost', '127.0.0.0/8', '0.0.0.0', '[::1]', 'me', 'me.corp']),
    );
    expect(new Set([made['no_proxy'], made['npm_config_noproxy']])).toEqual(new Set([made['NO_PROXY']]));
    expect(made['JAVA_TOOL_OPTIONS']).toContain('|127.*|0.0.0.0|[::1]|[::]|me|me.corp');
    expect(made['npm_config_update_notifier']).toBe('false');
    expect([made['PROXY_COMMAND'], made['PATH'], made['FTP_PROXY']]).toEqual(['kept', '/bin', undefined]);
  });

  test('what the configuration names stays as it is there', () => {
    const own = { HTTPS_PROXY: 'http://mine:1', SSL_CERT_FILE: '/mine.pem' };
    const made = networkEnvironment(own, { ...address, hasCertificates: true }, own);
    expect([made['HTTPS_PROXY'], made['SSL_CERT_FILE']]).toEqual(['http://mine:1', '/mine.pem']);
    expect([made['https_proxy'], made['PIP_CERT']]).toEqual([PROXY, '/run/sallyport/ca.pem']);
  });

  test('certificates are named only where there are some, and own options are kept', () => {
    const made = networkEnvironment({ JAVA_TOOL_OPTIONS: '-Xmx1g', GIT_SSH_COMMAND: 'ssh -v' }, address);
    expect(made['SSL_CERT_FILE']).toBeUndefined();
    expect(made['JAVA_TOOL_OPTIONS']).toMatch(/^-Xmx1g -Dhttp\.proxyHost=127\.0\.0\.1 /);
    expect(made['GIT_SSH_COMMAND']).toBe("ssh -v -o ProxyCommand='/run/sallyport/dial %h %p'");
  });
});

describe('names that this machine knows by itself', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-hosts-'));
  const file = join(folder, 'hosts');
  const own = hostname().toLowerCase();
  afterAll(() => rmSync(folder, { recursive: true }));

  test('are those of its hosts file, as it is now, and its own', () => {
    writeFileSync(file, '127.0.0.1 localhost\n10.0.0.7\tBox box.corp # old.corp\n::1 box\n');
    const known = ['box', 'box.corp', 'old.corp', 'corp', '10.0.0.7', own].map((name) =>
      isKnownHere(name, file),
    );
    expect(known).toEqual([true, true, false, false, false, true]);
    writeFileSync(file, '10.0.0.7 another.corp\n');
    expect([isKnownHere('box', file), isKnownHere('another.corp', file)]).toEqual([false, true]);
    expect(isKnownHere('box', join(folder, 'gone'))).toBe(false);
  });

  test('are its own where they lead to the loopback, and nobody has listed them', () => {
    writeFileSync(file, `127.0.1.1 ${own}\n`);
    expect(findOwnNames(['other.corp', '*'], file)).toContain(own);
    expect(findOwnNames([`${own}:8080`], file)).not.toContain(own);
    writeFileSync(file, `127.0.1.1 ${own}\n10.0.0.7 ${own}\n`);
    expect(findOwnNames([], file)).not.toContain(own);
  });
});

describe('--publish', () => {
  const taken = { proxy: 3128, outward: [5432] };

  test.each([
    ['3000', { port: 3000, hostPort: 3000 }],
    ['8080:3000', { port: 3000, hostPort: 8080 }],
    ['127.0.0.1:3000', { port: 3000, hostPort: 3000 }],
    ['localhost:8080:3000', { port: 3000, hostPort: 8080 }],
  ])('%s', (text, read) => expect(readPublished([text], taken)).toEqual([read]));

  test.each([
    ['another one for the same port inside', { port: 80 }, (taken: number) => `--publish ${taken + 1}:80`],
    ['the same where both are one', {}, (taken: number) => `--publish ${taken + 1}:${taken}`],
  ])('of a port that is taken names %s', async (_what, inside, hint) => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const hostPort = typeof address === 'object' && address !== null ? address.port : 0;
    const opened = publishPort({ port: hostPort, hostPort, ...inside }, '/nowhere');
    await expect(opened).rejects.toMatchObject({ hint: expect.stringContaining(hint(hostPort)) as string });
    await new Promise((resolve) => server.close(resolve));
  });

  test.each(['', '0', '65536', '80:0', '0.0.0.0:80', '192.0.2.1:80', 'a', '1:2:3', '-1', '80 '])(
    'not %j',
    (text) => expect(() => readPublished([text], taken)).toThrow(/is not a port, or two with a colon/),
  );

  test('of the same twice is one, and several lead to different ports', () => {
    const pairs = readPublished(['3000', '127.0.0.1:3000', '8080:4000', '5432:6000'], taken);
    expect(pairs.map(({ port, hostPort }) => `${hostPort}:${port}`)).toEqual([
      '3000:3000',
      '8080:4000',
      '5432:6000',
    ]);
  });

  test.each([
    [['8081:3000', '8082:3000'], /--publish 8082:3000: port 3000 inside is published already/],
    [['8080:3000', '8080:4000'], /--publish 8080:4000: port 8080 of this machine is published already/],
    [['3128'], /--publish 3128: port 3128 inside is that of the proxy/],
    [['8000:5432'], /--publish 8000:5432: port 5432 inside leads to that port of this machine/],
    [
      Array.from({ length: 30 }, (_, index) => `${4000 + index}`),
      /31 ports are to lead into and out of the sandbox; there is room for 30/,
    ],
  ])('not %j', (typed, problem) => expect(() => readPublished(typed, taken)).toThrow(problem));
});
