/** Reading what is the person's, by every name that it has. */
import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { SECRET_PATHS } from '../../../engine/sandbox/index.ts';
import type { CasePlace } from '../case-place.ts';
import type { EscapeCase } from '../escape-case.ts';

const family = 'secrets';
const kind = 'containment';

/** The row as a file, or as a folder with one in it. */
function laySecret(place: CasePlace, name: string): void {
  const isFile = /\.(json|toml|cnf|ya?ml|xml|cfg)$|rc$|credentials$|token$|pgpass$|boto$/.test(name);
  place.write(isFile ? `home/${name}` : `home/${name}/key`, `${place.canary}\n`, 0o600);
}

/** One case for each row of the table that lies in a home folder. */
function eachRow(): EscapeCase[] {
  const names = SECRET_PATHS.flatMap(({ path }) => (path.startsWith('~/') ? [path.slice(2)] : []));
  return names.map((name, place) => ({
    id: `secrets.table ${name}`,
    family,
    kind,
    title: `read ~/${name}`,
    mode: place % 3 === 0 ? 'read-only' : 'workspace-write',
    hasNetwork: place % 5 === 0,
    isSlow: place % 3 !== 0,
    setup: (host) => laySecret(host, name),
    payload: `cat "$HOME/${name}"; cat "$HOME/${name}"/*`,
  }));
}

const SYSTEM_FILES = ['/etc/shadow', '/etc/gshadow', '/etc/sudoers', '/etc/ssh/ssh_host_ed25519_key'];

function eachSystemFile(): EscapeCase[] {
  return SYSTEM_FILES.map((path) => ({
    id: `secrets.system ${path}`,
    family,
    kind,
    title: `read ${path}`,
    needs: [path],
    payload: `head -c 64 ${path} | grep -q . && reached`,
    isForRoot: true,
  }));
}

/** Ways to a key in ~/.ssh. */
const WAYS: ReadonlyArray<readonly [name: string, payload: string]> = [
  ['a link', 'ln -s ~/.ssh/key by-link; cat by-link'],
  ['a hard link', 'ln ~/.ssh/key hard; cat hard'],
  ['/proc/self/root', 'cat /proc/self/root"$HOME"/.ssh/key'],
  ['the root of the first process', 'cat /proc/1/root"$HOME"/.ssh/key'],
  [
    'the roots of all processes',
    'for p in /proc/[0-9]*; do cat $p/root"$HOME"/.ssh/key $p/cwd/../home/.ssh/key; done',
  ],
  ['parents of the workspace', 'cat ../home/.ssh/key ../../*/home/.ssh/key; cd ..; cat home/.ssh/key'],
  ['dots and slashes', 'cat "$HOME"/./.ssh//../.ssh/key'],
  ['an open folder', 'exec 5< "$HOME"; cat /proc/self/fd/5/.ssh/key'],
  ['a copy', 'cp -a ~/.ssh copied; cat copied/*'],
  ['a move', 'mv ~/.ssh moved; cat moved/*'],
  ['a rename aside', 'mv ~/.ssh ~/.ssh-moved; cat ~/.ssh-moved/*'],
  ['an archive', 'tar -cf - -C "$HOME" .ssh | tr "\\0" "\\n"'],
  ['a search', 'grep -rsa canary "$HOME" "$BASE/home"'],
  ['find', 'find "$HOME" -type f -exec cat {} +'],
  ['taking the cover away', 'umount ~/.ssh; umount -l ~/.ssh; umount -R "$HOME"; cat ~/.ssh/key'],
  ['a mount of one’s own', 'mkdir m; mount --rbind "$HOME" m; cat m/.ssh/key'],
  [
    'a user namespace',
    'unshare -Urm bash -c "umount -l ~/.ssh; mkdir -p m; mount --rbind ~ m; cat m/.ssh/key ~/.ssh/key"',
  ],
  ['an own sandbox', 'bwrap --bind / / cat ~/.ssh/key'],
  [
    'the file system of the host',
    'for d in /proc/[0-9]*/cwd /proc/[0-9]*/fd/*; do cat $d/.ssh/key $d/home/.ssh/key; done',
  ],
  ['a change of owner', 'chown -R 0 ~/.ssh; chmod -R 777 ~/.ssh; cat ~/.ssh/key'],
];

/** Ways that lead nowhere without a wall on some machines. */
const UNSHOWN: Readonly<Record<string, string>> = {
  'the root of the first process': 'the first process of a machine or container may have another root',
  'the file system of the host': 'only where a program of the host stands in the folder of the case',
};

function eachWay(): EscapeCase[] {
  return WAYS.map(([way, payload]) => ({
    id: `secrets.way ${way}`,
    family,
    kind,
    title: `read a key by ${way}`,
    ...(/mount /.test(payload) && { unshown: 'it would change the mounts of this machine' }),
    ...(UNSHOWN[way] !== undefined && { unshown: UNSHOWN[way] }),
    setup: (place) => laySecret(place, '.ssh'),
    payload,
  }));
}

const KEY_TO_RING =
  'my ($add,$ctl) = (`uname -m` =~ /x86_64/) ? (248,250) : (217,219); syscall($ctl, 1, 0); ' +
  'my ($t,$n,$v) = ("user","sallyport-escape",$ENV{RING_CANARY}); ' +
  'syscall($add, $t, $n, $v, length $v, -3) > 0 or exit 9; delete $ENV{RING_CANARY}; exec @ARGV';

const READ_RING = `perl -e '
my ($ctl,$req) = (\`uname -m\` =~ /x86_64/) ? (250,249) : (219,218);
my ($t,$n) = ("user","sallyport-escape");
for my $ring (-3,-1,-2,-4,-5) {
  my $key = syscall($ctl, 10, $ring, $t, $n, 0);
  $key = syscall($req, $t, $n, 0, 0) if $key < 0;
  my $buffer = "\\0" x 128;
  print $buffer, "\\n" if $key > 0 && syscall($ctl, 11, $key, $buffer, 128) > 0;
}'`;

const inherited = (id: string, title: string, what: string, payload: string): EscapeCase => ({
  id: `secrets.${id}`,
  family,
  kind,
  title,
  command: { inherited: [what] },
  setup: (place) => laySecret(place, '.ssh'),
  payload,
});

const OTHERS: readonly EscapeCase[] = [
  {
    id: 'secrets.linked folder',
    family,
    kind,
    title: 'read where a linked ~/.ssh leads',
    setup(place) {
      place.write('home/elsewhere/key', place.canary);
      symlinkSync('elsewhere', place.at('home/.ssh'));
    },
    payload: 'cat ~/.ssh/key ~/elsewhere/key',
  },
  {
    id: 'secrets.deny-read file',
    family,
    kind,
    title: 'read a file that a flag hides',
    denyRead: ['outside/hidden'],
    setup: (place) => place.write('outside/hidden', place.canary),
    payload: 'cat "$OUT/hidden"; cat /proc/self/root"$OUT/hidden"; ln "$OUT/hidden" h; cat h',
  },
  {
    id: 'secrets.deny-read inside',
    family,
    kind,
    title: 'read a folder of the workspace that a flag hides',
    denyRead: ['ws/keys'],
    setup: (place) => place.write('ws/keys/one', place.canary),
    payload: 'cat keys/one; mv keys moved; cat moved/one; cp -r keys copied; cat copied/one',
  },
  {
    id: 'secrets.named by a variable',
    family,
    kind,
    title: 'read a file that KUBECONFIG names',
    environment: (place) => ({ KUBECONFIG: place.at('outside/cluster.yaml') }),
    setup: (place) => place.write('outside/cluster.yaml', place.canary),
    payload: 'cat "$OUT/cluster.yaml"',
  },
  {
    id: 'secrets.own history',
    family,
    kind,
    title: 'read our own history',
    setup: (place) => place.write('home/.sallyport/history/journal', place.canary),
    payload:
      'cat ~/.sallyport/history/*; grep -rsa canary ~/.sallyport; cat "$HOME"/.sallyport/../.sallyport/history/*',
  },
  {
    id: 'secrets.own folder, network on',
    family,
    kind,
    title: 'read our own folder with the network on',
    hasNetwork: true,
    setup: (place) => place.write('home/.sallyport/config.toml', place.canary),
    payload: 'cat ~/.sallyport/config.toml',
  },
  {
    id: 'secrets.environment of a process',
    family,
    kind,
    title: 'read the variables of a program of the host',
    setup: async (place) => {
      await place.start(['/bin/sleep', '300'], { SOMETHING: place.canary });
    },
    payload: 'cat /proc/[0-9]*/environ /proc/[0-9]*/task/*/environ | tr "\\0" "\\n"',
  },
  {
    id: 'secrets.command line of a process',
    family,
    kind,
    title: 'read the words of a program of the host',
    setup: async (place) => {
      await place.start(['/bin/bash', '-c', 'sleep 300; :', place.canary]);
    },
    payload: 'cat /proc/[0-9]*/cmdline | tr "\\0" "\\n"; ps axww',
  },
  {
    id: 'secrets.open file of a process',
    family,
    kind,
    title: 'read an open file of a program of the host',
    setup: async (place) => {
      laySecret(place, '.ssh');
      await place.start(['/bin/bash', '-c', 'exec 5< home/.ssh/key; exec sleep 300']);
    },
    // Only its own: to read from others would take their data away.
    payload:
      'for p in /proc/[0-9]*; do [ "$(tr "\\0" " " < $p/cmdline)" = "sleep 300 " ] && cat $p/fd/5; done',
  },
  {
    id: 'secrets.first process',
    family,
    kind,
    title: 'read a secret in variables or words of the first process',
    environment: (place) => ({
      GITHUB_TOKEN: place.canary,
      DATABASE_URL: `db://user:${place.canary}@host/db`,
    }),
    payload: 'cat /proc/1/environ /proc/1/cmdline /proc/[0-9]*/environ | tr "\\0" "\\n"',
  },
  {
    id: 'secrets.keyring',
    family,
    kind,
    title: 'read a key of the session keyring',
    needs: ['perl'],
    environment: (place) => ({ RING_CANARY: place.canary }),
    command: { wrap: ['/usr/bin/perl', '-e', KEY_TO_RING] },
    payload: READ_RING,
  },
  inherited(
    'inherited folder',
    'read through a folder left open',
    'home',
    'for fd in 3 4 5 6 7 8 9; do cat /proc/self/fd/$fd/.ssh/key; done',
  ),
  inherited(
    'inherited file',
    'read a file left open',
    'home/.ssh/key',
    'for fd in 3 4 5 6 7 8 9; do cat <&$fd; done',
  ),
  {
    id: 'secrets.temporary files',
    family,
    kind,
    title: 'read a file in /tmp of the host',
    setup: (place) => writeShared(place, `/tmp/${place.proof}.txt`),
    payload: 'cat /tmp/*.txt /var/tmp/../../tmp/*.txt /proc/self/root/tmp/*.txt',
  },
];

/** The canary in a folder that all of the host share; taken away with the place. */
function writeShared(place: CasePlace, path: string): void {
  writeFileSync(path, place.canary);
  place.onRemove(() => rmSync(path, { force: true }));
}

export const SECRET_CASES: readonly EscapeCase[] = [
  ...eachRow(),
  ...eachSystemFile(),
  ...eachWay(),
  ...OTHERS,
];
