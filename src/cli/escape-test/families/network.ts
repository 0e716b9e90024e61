/** Servers of the host, by address. The verdict is whether a server got a visit. */
import { networkInterfaces } from 'node:os';
import type { CasePlace } from '../case-place.ts';
import type { EscapeCase } from '../escape-case.ts';
import { isVisited } from './network-sockets.ts';

const family = 'network';
const kind = 'containment';

const ports = new WeakMap<CasePlace, number>();
const portOf = (place: CasePlace): number => ports.get(place) ?? 0;

const listenTcp = (host: string) => async (place: CasePlace) => {
  ports.set(place, await place.listenTcp(host));
};
const listenUdp = (host: string) => async (place: CasePlace) => {
  ports.set(place, await place.listenUdp(host));
};

const hasIpv6 = Object.values(networkInterfaces()).some((rows) =>
  rows?.some(({ address }) => address === '::1'),
);
const ownAddress = Object.values(networkInterfaces())
  .flat()
  .find((row) => row?.family === 'IPv4' && !row.internal)?.address;

type Row = readonly [
  id: string,
  title: string,
  setup: (place: CasePlace) => Promise<void>,
  payload: (port: number) => string,
  needs?: readonly string[],
];

const loopback = listenTcp('127.0.0.1');

const ADDRESSES: readonly Row[] = [
  ['loopback', 'connect to 127.0.0.1', loopback, (port) => `exec 5<>/dev/tcp/127.0.0.1/${port} && cat <&5`],
  [
    'loopback by name',
    'connect to localhost',
    loopback,
    (port) => `exec 5<>/dev/tcp/localhost/${port} && cat <&5`,
  ],
  [
    'other loopback',
    'connect to 127.1.2.3',
    listenTcp('0.0.0.0'),
    (port) => `exec 5<>/dev/tcp/127.1.2.3/${port} && cat <&5`,
  ],
  [
    'any address',
    'connect to 0.0.0.0',
    listenTcp('0.0.0.0'),
    (port) => `exec 5<>/dev/tcp/0.0.0.0/${port} && cat <&5`,
  ],
  ['datagram', 'send a datagram', listenUdp('127.0.0.1'), (port) => `echo evil > /dev/udp/127.0.0.1/${port}`],
  [
    'question for a name',
    'ask a name server',
    listenUdp('127.0.0.1'),
    (port) =>
      `printf "\\x12\\x34\\x01\\x00\\x00\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x04evil\\x04test\\x00\\x00\\x01\\x00\\x01" > /dev/udp/127.0.0.1/${port}`,
  ],
  [
    'curl',
    'fetch with curl',
    loopback,
    (port) => `curl -sm 3 http://127.0.0.1:${port}/; curl -sm 3 --noproxy "*" http://127.0.0.1:${port}/`,
    ['curl'],
  ],
  [
    'python',
    'connect with python',
    loopback,
    (port) =>
      `python3 -c "import socket; print(socket.create_connection(('127.0.0.1', ${port}), 3).recv(9))"`,
    ['python3'],
  ],
  [
    'perl',
    'connect with perl',
    loopback,
    (port) =>
      `perl -MSocket -e 'socket(my $s, 2, 1, 0); connect($s, pack_sockaddr_in(${port}, inet_aton("127.0.0.1"))) and print <$s>'`,
    ['perl'],
  ],
  [
    'node',
    'connect with node',
    loopback,
    (port) =>
      `"$NODE" -e 'require("net").connect(${port}, "127.0.0.1").on("data", d => process.stdout.write(d)).on("error", () => {})'`,
  ],
  [
    'interface up',
    'bring up an interface and a route',
    listenTcp('0.0.0.0'),
    (port) =>
      `ip link add d type dummy; ip addr add ${ownAddress ?? '10.9.8.7'}/32 dev lo; ip route add default dev lo; exec 5<>/dev/tcp/${ownAddress ?? '127.0.0.1'}/${port}`,
  ],
];

const IPV6: Row = [
  'loopback of version 6',
  'connect to ::1',
  listenTcp('::1'),
  (port) => `exec 5<>/dev/tcp/::1/${port} && cat <&5`,
];
const MAPPED: Row = [
  'mapped address',
  'connect to ::ffff:127.0.0.1',
  loopback,
  (port) => `exec 5<>/dev/tcp/::ffff:127.0.0.1/${port} && cat <&5`,
];
const OWN: Row = [
  'own address',
  'connect to an address of this machine',
  listenTcp('0.0.0.0'),
  (port) => `exec 5<>/dev/tcp/${ownAddress ?? ''}/${port} && cat <&5`,
];

function listAddresses(): Row[] {
  return [...ADDRESSES, ...(hasIpv6 ? [IPV6, MAPPED] : []), ...(ownAddress === undefined ? [] : [OWN])];
}

const addressCase = ([id, title, setup, payload, needs]: Row): EscapeCase => ({
  id: `network.${id}`,
  family,
  kind,
  title,
  setup,
  payload: (place) => payload(portOf(place)),
  verify: isVisited,
  ...(needs !== undefined && { needs }),
  ...(id === 'interface up' && { unshown: 'it would change the network of this machine' }),
});

const INHERITED: EscapeCase = {
  id: 'network.inherited socket',
  family,
  kind,
  title: 'speak through a connection left open',
  needs: ['perl'],
  async setup(place) {
    await loopback(place);
    place.write('ws/port', String(portOf(place)));
  },
  command: {
    wrap: [
      '/usr/bin/perl',
      '-e',
      'use Socket; $^F = 9; socket(my $s, 2, 1, 0); open(my $f, "<", "port"); my $p = <$f>; connect($s, pack_sockaddr_in($p, inet_aton("127.0.0.1"))) or die; exec @ARGV',
    ],
  },
  payload: 'for fd in 3 4 5 6 7 8 9; do timeout 1 head -c 5 <&$fd | grep -q hello && reached; done',
};

export const ADDRESS_CASES: readonly EscapeCase[] = [...listAddresses().map(addressCase), INHERITED];
