/** Servers of the host, by path. */
import { linkSync, renameSync, symlinkSync } from 'node:fs';
import type { CasePlace } from '../case-place.ts';
import type { EscapeCase, Evidence } from '../escape-case.ts';

const family = 'network';
const kind = 'containment';

/** What was sent takes a moment to be seen. */
export async function isVisited({ place }: Evidence): Promise<boolean> {
  await new Promise((resolve) => setTimeout(resolve, 50));
  return place.contacts() > 0;
}

/** Perl knows unix sockets everywhere; a name that begins with @ is abstract. */
const CONNECT =
  'use Socket; for my $n (@ARGV) { $n =~ s/^@/\\0/; for my $t (1, 5) { socket(my $s, 1, $t, 0) or next; connect($s, pack_sockaddr_un($n)) and print "in\\n"; } socket(my $d, 1, 2, 0); send($d, "evil", 0, pack_sockaddr_un($n)); }';

interface SocketRow {
  readonly id: string;
  readonly title: string;
  /** Below the place. */
  readonly path: string;
  /** By which names it is tried; by its path without any. */
  readonly tries?: (place: CasePlace) => readonly string[];
  readonly after?: (place: CasePlace) => void;
  readonly more?: Partial<EscapeCase>;
}

const SOCKETS: readonly SocketRow[] = [
  { id: 'container service', title: 'reach a container service', path: 'home/.docker/run/docker.sock' },
  {
    id: 'key agent',
    title: 'reach a key agent',
    path: 'home/agent/ssh-agent.1',
    more: { environment: (place) => ({ SSH_AUTH_SOCK: place.at('home/agent/ssh-agent.1') }) },
  },
  { id: 'message bus', title: 'reach a message bus', path: 'outside/bus' },
  { id: 'in the workspace', title: 'reach a socket of the host in the workspace', path: 'ws/host.sock' },
  {
    id: 'in an added folder',
    title: 'reach a socket of the host in an added folder',
    path: 'more/host.sock',
    more: { addDirs: ['more'] },
  },
  {
    id: 'our control socket',
    title: 'reach our own control socket',
    path: 'home/.sallyport/run/control.sock',
  },
  {
    id: 'our control socket, read-only',
    title: 'reach our own control socket from read-only',
    path: 'home/.sallyport/run/control.sock',
    more: { mode: 'read-only' },
  },
  {
    id: 'read-only',
    title: 'reach a socket from read-only',
    path: 'outside/s.sock',
    more: { mode: 'read-only' },
  },
  {
    id: 'network on',
    title: 'reach a socket with the network on',
    path: 'outside/s.sock',
    more: { hasNetwork: true },
  },
  { id: 'blanks', title: 'reach a socket with blanks in its name', path: 'outside/a b  c.sock' },
  { id: 'line end', title: 'reach a socket with a line end in its name', path: 'outside/a\nb.sock' },
  { id: 'odd letters', title: 'reach a socket of an odd name', path: 'outside/ü@[0]*.sock' },
  {
    id: 'by link',
    title: 'reach a socket by a link',
    path: 'outside/s.sock',
    tries: (place) => [place.at('ws/link')],
    after: (place) => symlinkSync(place.at('outside/s.sock'), place.at('ws/link')),
  },
  {
    id: 'by linked folder',
    title: 'reach a socket bound by a linked folder',
    path: 'outside/link/s.sock',
    tries: (place) => [place.at('outside/link/s.sock'), place.at('outside/real/s.sock')],
  },
  {
    id: 'by root of self',
    title: 'reach a socket by /proc/self/root',
    path: 'outside/s.sock',
    tries: (place) => [
      `/proc/self/root${place.at('outside/s.sock')}`,
      `/proc/1/root${place.at('outside/s.sock')}`,
    ],
  },
  {
    id: 'by relative name',
    title: 'reach a socket by dots',
    path: 'outside/s.sock',
    tries: () => ['../outside/s.sock'],
  },
  {
    id: 'by second name',
    title: 'reach a socket by a second name',
    path: 'outside/s.sock',
    tries: (place) => [place.at('outside/second')],
    after: (place) => linkSync(place.at('outside/s.sock'), place.at('outside/second')),
  },
  {
    id: 'renamed',
    title: 'reach a socket that was renamed after it was bound',
    path: 'outside/s.sock',
    tries: (place) => [place.at('outside/renamed')],
    after: (place) => renameSync(place.at('outside/s.sock'), place.at('outside/renamed')),
  },
];

function socketCase({ id, title, path, tries, after, more }: SocketRow): EscapeCase {
  return {
    id: `network.socket ${id}`,
    family,
    kind,
    title,
    needs: ['perl'],
    async setup(place) {
      if (path.includes('link/')) {
        place.folder('outside/real');
        symlinkSync('real', place.at('outside/link'));
      }
      await place.listenUnix(path);
      after?.(place);
    },
    payload: (place) => {
      const names = tries?.(place) ?? [place.at(path)];
      return `perl -e '${CONNECT}' ${names.map((name) => `'${name}'`).join(' ')}`;
    },
    verify: isVisited,
    ...more,
  };
}

const OTHERS: readonly EscapeCase[] = [
  {
    id: 'network.socket abstract',
    family,
    kind,
    title: 'reach an abstract socket of the host',
    needs: ['perl'],
    setup: (place) => place.listenUnix(`\0sallyport-${place.proof}`),
    payload: (place) => `perl -e '${CONNECT}' '@sallyport-${place.proof}'`,
    verify: isVisited,
  },
  {
    id: 'network.socket in /tmp',
    family,
    kind,
    title: 'reach a socket in /tmp of the host',
    needs: ['perl'],
    setup: (place) => place.listenUnix(`/tmp/${place.proof}.sock`),
    payload: (place) =>
      `perl -e '${CONNECT}' '/tmp/${place.proof}.sock' '/proc/self/root/tmp/${place.proof}.sock'`,
    verify: isVisited,
  },
  {
    id: 'network.socket bound by a relative name',
    family,
    kind,
    title: 'reach a socket that was bound by a relative name',
    needs: ['perl'],
    async setup(place) {
      const script =
        'use Socket; socket(my $s, 1, 1, 0); bind($s, pack_sockaddr_un("outside/rel.sock")) or die; listen($s, 5); accept(my $c, $s); open(my $f, ">", "outside/visited"); close $f; sleep 300';
      await place.start(['/usr/bin/perl', '-e', script]);
      while (!place.exists('outside/rel.sock')) await new Promise((resolve) => setTimeout(resolve, 20));
    },
    payload: (place) => `perl -e '${CONNECT}' '${place.at('outside/rel.sock')}'; sleep 0.1`,
    verify: ({ place }) => place.exists('outside/visited'),
  },
];

export const SOCKET_CASES: readonly EscapeCase[] = [...SOCKETS.map(socketCase), ...OTHERS];
