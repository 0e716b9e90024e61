import { describe, expect, it } from 'vitest';
import { createLaunchSecrets } from '../../src/engine/network/index.ts';
import {
  LAUNCH,
  listenTo,
  type ProxyFixture,
  SOCKS_REPLY_AT,
  socksIpv4,
  socksIpv6,
  socksName,
  socksOpening,
  talk,
} from '../support/proxy-fixture.ts';
import { makeProxyWorld, refuseAll } from '../support/proxy-world.ts';

const world = makeProxyWorld();

describe('credentials', () => {
  const basic = (text: string) => `Proxy-Authorization: Basic ${Buffer.from(text).toString('base64')}\r\n`;

  it.each([
    ['none', ''],
    ['a wrong password', basic(`${LAUNCH}:wrong-password`)],
    ['another launch', basic('launch-2:right-password')],
    ['no colon', basic('launch-1')],
    ['no base64', 'Proxy-Authorization: Basic ????\r\n'],
    ['another scheme', 'Proxy-Authorization: Bearer right-password\r\n'],
    [
      'the wrong header',
      `Authorization: Basic ${Buffer.from(`${LAUNCH}:right-password`).toString('base64')}\r\n`,
    ],
  ])('of HTTP: %s', async (_, login) => {
    const proxy = await world.open();
    for (let round = 0; round < 3; round++) {
      const answer = await talk(proxy, `CONNECT api.test:443 HTTP/1.1\r\n${login}\r\n`);
      expect(answer).toMatch(/^HTTP\/1\.1 407 [\s\S]*Proxy-Authenticate: Basic/);
      const get = await talk(proxy, `GET http://api.test/ HTTP/1.1\r\nHost: api.test\r\n${login}\r\n`);
      expect(get).toMatch(/^HTTP\/1\.1 407 /);
    }
    expect(proxy.asked).toEqual([]);
    expect(proxy.stopped).toHaveLength(1);
  });

  it('of SOCKS5: wrong, or not offered', async () => {
    const proxy = await world.open();
    const wrong = await talk(proxy, socksOpening(socksName('api.test'), 443, 'wrong-password'));
    expect([...Buffer.from(wrong, 'latin1')]).toEqual([5, 2, 1, 1]);
    const none = await talk(proxy, Buffer.from([5, 1, 0]));
    expect([...Buffer.from(none, 'latin1')]).toEqual([5, 255]);
    expect(proxy.asked).toEqual([]);
    expect(proxy.stopped.map((report) => report.via)).toEqual(['socks5', 'socks5']);
  });

  it('are one random password for each launch, until it is revoked', () => {
    const secrets = createLaunchSecrets();
    const [one, two] = [secrets.issue('a'), secrets.issue('b')];
    expect(one).toMatch(/^[\w-]{32}$/);
    expect(secrets.authenticate('a', one)).toBe('a');
    expect(secrets.authenticate('a', two)).toBeNull();
    expect(secrets.authenticate('b', one)).toBeNull();
    expect(secrets.authenticate('c', '')).toBeNull();
    secrets.revoke('a');
    expect(secrets.authenticate('a', one)).toBeNull();
    expect(secrets.authenticate('b', two)).toBe('b');
  });
});

describe('SOCKS5', () => {
  const replyOf = async (fixture: ProxyFixture, bytes: Buffer): Promise<number | undefined> => {
    const socket = await fixture.dial();
    const listener = listenTo(socket);
    socket.write(bytes);
    const answer = await listener.until(SOCKS_REPLY_AT + 10);
    socket.destroy();
    return answer[SOCKS_REPLY_AT + 1];
  };

  it('takes names and addresses', async () => {
    const proxy = await world.open();
    expect(await replyOf(proxy, socksOpening(socksName('api.test'), world.echoPort))).toBe(0);
    expect(await replyOf(proxy, socksOpening(socksIpv4(127, 0, 0, 1), world.echoPort))).toBe(0);
    const mapped = socksIpv6(0, 0, 0, 0, 0, 0xffff, 0x7f00, 1);
    expect(await replyOf(proxy, socksOpening(mapped, world.echoPort))).toBe(0);
    const hosts = proxy.asked.map(({ host, isPrivate }) => `${host} ${isPrivate}`);
    expect(hosts).toEqual(['api.test false', 'api.test true', '127.0.0.1 true', '127.0.0.1 true']);
  });

  it('takes IPv6 addresses', async () => {
    const proxy = await world.open({ judge: refuseAll });
    expect(await replyOf(proxy, socksOpening(socksIpv6(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1), 443))).toBe(2);
    expect(proxy.asked[0]).toMatchObject({ host: '2001:db8::1', port: 443, via: 'socks5', isPrivate: true });
  });

  it('takes an opening byte by byte, and bytes sent too early', async () => {
    const proxy = await world.open();
    const socket = await proxy.dial();
    const listener = listenTo(socket);
    for (const byte of socksOpening(socksName('api.test'), world.echoPort)) {
      socket.write(Buffer.from([byte]));
      await new Promise((settle) => setImmediate(settle));
    }
    socket.write('early');
    const answer = await listener.until(SOCKS_REPLY_AT + 10 + 5);
    expect(answer.subarray(SOCKS_REPLY_AT + 10).toString()).toBe('early');
    socket.destroy();
  });

  it.each([
    'evil.test\u0000.api.test',
    'user@api.test',
    'api.test:443',
    'api.test\r\n',
    '',
    'foo.1',
    'api..test',
    '[::1',
    Buffer.from([0x61, 0xff, 0xfe]),
  ])('refuses the name %j unasked', async (name) => {
    const proxy = await world.open();
    expect(await replyOf(proxy, socksOpening(socksName(name), 443))).toBe(2);
    expect(proxy.asked).toEqual([]);
    expect(proxy.stopped).toHaveLength(1);
    expect(proxy.stopped[0]?.host).toMatch(/^[^\u0000-\u001f]*$/);
  });

  it('reads names in any script as A-labels', async () => {
    const proxy = await world.open({ judge: refuseAll });
    expect(await replyOf(proxy, socksOpening(socksName('BÜCHER.test'), 443))).toBe(2);
    expect(await replyOf(proxy, socksOpening(socksName('１２７.0.0.1'), 443))).toBe(2);
    expect(proxy.asked.map(({ host }) => host)).toEqual(['xn--bcher-kva.test', '127.0.0.1']);
  });

  it('has other answers for other commands, addresses and failures', async () => {
    const proxy = await world.open();
    const bind = socksOpening(socksName('api.test'), 443);
    bind[bind.indexOf(Buffer.from([5, 1, 0, 3])) + 1] = 2;
    expect(await replyOf(proxy, bind)).toBe(7);
    expect(await replyOf(proxy, socksOpening(Buffer.from([9]), 443))).toBe(8);
    expect(await replyOf(proxy, socksOpening(socksName('unknown.test'), 443))).toBe(4);
    expect(await replyOf(proxy, socksOpening(socksName('api.test'), 0))).toBe(2);
  });
});
