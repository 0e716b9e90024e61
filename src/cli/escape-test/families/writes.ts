/** Writing where nothing may be written. */
import { lstatSync, readdirSync } from 'node:fs';
import { type EscapeCase, type Evidence, TO_THE_TOP } from '../escape-case.ts';

const family = 'writes';
const kind = 'containment';

/** True when something of the name is there now. */
const made =
  (...paths: string[]) =>
  ({ place }: Evidence): boolean =>
    paths.some((path) => place.exists(path));

const changed =
  (path: string) =>
  ({ place }: Evidence): boolean =>
    place.read(path) !== 'original\n';

type Row = readonly [id: string, title: string, payload: string, verify: (evidence: Evidence) => boolean];

/** Targets: `outside/file` and `outside/sub/file` hold one line each. */
const OUTSIDE: readonly Row[] = [
  ['new file', 'make a file', 'echo evil > "$OUT/new"', made('outside/new')],
  ['append', 'append to a file', 'echo evil >> "$OUT/file"', changed('outside/file')],
  ['truncate', 'empty a file', 'truncate -s 0 "$OUT/file"; : > "$OUT/file"', changed('outside/file')],
  ['in place', 'write into a file', 'echo evil | dd of="$OUT/file" conv=notrunc', changed('outside/file')],
  ['remove', 'remove a file', 'rm -f "$OUT/file"', (evidence) => !made('outside/file')(evidence)],
  ['remove folder', 'remove a folder', 'rm -rf "$OUT"', (evidence) => !made('outside/sub')(evidence)],
  ['mkdir', 'make a folder', 'mkdir "$OUT/new"', made('outside/new')],
  ['symlink', 'make a link', 'ln -s /etc "$OUT/new"', made('outside/new')],
  ['fifo', 'make a fifo', 'mkfifo "$OUT/new"', made('outside/new')],
  ['by symlink', 'write through a link', 'ln -s "$OUT" out; echo evil > out/new', made('outside/new')],
  [
    'by linked file',
    'write through a link to a file',
    'ln -s "$OUT/file" f; echo evil >> f',
    changed('outside/file'),
  ],
  [
    'by hard link',
    'write through a hard link',
    'ln "$OUT/file" hard; echo evil >> hard',
    changed('outside/file'),
  ],
  [
    'by dots',
    'write through dots',
    'echo evil > ../outside/new; echo evil > "$WS/./..//outside/new2"',
    made('outside/new', 'outside/new2'),
  ],
  [
    'by root of self',
    'write through /proc/self/root',
    'echo evil > /proc/self/root"$OUT"/new',
    made('outside/new'),
  ],
  [
    'by cwd of others',
    'write through the folders of all processes',
    `for p in /proc/[0-9]*; do echo evil > $p/cwd${TO_THE_TOP}"$OUT"/new; echo evil > $p/root"$OUT"/new; done`,
    made('outside/new'),
  ],
  [
    'by descriptor',
    'write through an open folder',
    'exec 5< "$OUT"; echo evil > /proc/self/fd/5/new',
    made('outside/new'),
  ],
  [
    'reopen',
    'open a file again for writing',
    'exec 5< "$OUT/file"; echo evil > /proc/self/fd/5',
    changed('outside/file'),
  ],
  ['rename out', 'move a file out', 'echo evil > carried; mv carried "$OUT/new"', made('outside/new')],
  ['rename in', 'move a file in', 'mv "$OUT/file" taken', (evidence) => !made('outside/file')(evidence)],
  ['rename workspace', 'move the workspace away', 'cd ..; mv ws ws-moved; mkdir ws', made('ws-moved')],
  [
    'beside the workspace',
    'make a folder beside the workspace',
    'mkdir ../beside; echo evil > ../ws2',
    made('beside', 'ws2'),
  ],
  [
    'mode',
    'change a mode',
    'chmod 777 "$OUT/file"',
    ({ place }) => (lstatSync(place.at('outside/file')).mode & 0o777) === 0o777,
  ],
  [
    'mode of a folder',
    'change the mode of a folder',
    'chmod 700 "$OUT/sub"',
    ({ place }) => (lstatSync(place.at('outside/sub')).mode & 0o777) === 0o700,
  ],
  [
    'times',
    'change times',
    'touch -d 2001-01-01 "$OUT/file"',
    ({ place }) => lstatSync(place.at('outside/file')).mtime.getUTCFullYear() < 2010,
  ],
  [
    'odd name',
    'make a file of an odd name',
    'echo evil > "$OUT/"$\'a b\\n*\\\'"\'; echo evil > "$OUT/\\$(id)"',
    ({ place }) => readdirSync(place.at('outside')).length > 2,
  ],
  ['copy tree', 'copy a tree', 'mkdir -p t/u; cp -a t "$OUT/new"', made('outside/new')],
  [
    'archive',
    'unpack an archive with absolute names',
    'tar -cPf a.tar --transform "s,.*,$OUT/new," -- /etc/hostname; tar -xPf a.tar',
    made('outside/new'),
  ],
  ['git clone', 'clone a repository', 'git init -q r; git clone -q r "$OUT/new"', made('outside/new')],
  [
    'git work tree',
    'check out elsewhere',
    'git init -q r; cd r; echo x > f; git add f; git --work-tree="$OUT" checkout-index -a --prefix=new-',
    made('outside/new-f'),
  ],
  [
    'remount',
    'undo the mounts',
    'umount -l /; mount -o remount,rw,bind /; mount -o remount,rw /; echo evil > "$OUT/new"',
    made('outside/new'),
  ],
  [
    'own namespace',
    'mount in a namespace of its own',
    'unshare -Urm bash -c "mount -o remount,rw,bind /; umount -l /; echo evil > $OUT/new"',
    made('outside/new'),
  ],
  [
    'own sandbox',
    'start a sandbox of its own',
    'bwrap --bind / / bash -c "echo evil > $OUT/new"',
    made('outside/new'),
  ],
  [
    'background',
    'write from the background',
    '(setsid bash -c "echo evil > $OUT/new" &) ; sleep 0.2',
    made('outside/new'),
  ],
  [
    'sticky mask',
    'write with a mask and other flags',
    'umask 0; set +C; echo evil >| "$OUT/new"; install -m 777 /dev/null "$OUT/new2"',
    made('outside/new', 'outside/new2'),
  ],
];

const HOME: readonly Row[] = [
  ['home start file', 'append to ~/.bashrc', 'echo evil >> ~/.bashrc', changed('home/.bashrc')],
  ['home start file replaced', 'replace ~/.profile', 'echo evil > p; mv p ~/.profile', made('home/.profile')],
  [
    'home autostart',
    'make an autostart entry',
    'mkdir -p ~/.config/autostart && echo evil > ~/.config/autostart/x.desktop',
    made('home/.config/autostart/x.desktop'),
  ],
  [
    'home program',
    'put a program on the search path',
    'mkdir -p ~/.local/bin && cp /bin/true ~/.local/bin/git',
    made('home/.local/bin/git'),
  ],
  [
    'home service',
    'make a service',
    'mkdir -p ~/.config/systemd/user && echo evil > ~/.config/systemd/user/x.service',
    made('home/.config/systemd/user/x.service'),
  ],
  [
    'home git config',
    'write ~/.gitconfig',
    'git config --global core.pager evil; echo evil > ~/.gitconfig',
    made('home/.gitconfig'),
  ],
  [
    'own configuration',
    'write our own configuration',
    'mkdir -p ~/.sallyport; echo evil > ~/.sallyport/config.toml',
    made('home/.sallyport/config.toml'),
  ],
  [
    'authorized keys',
    'let somebody log in',
    'mkdir -p ~/.ssh; echo evil >> ~/.ssh/authorized_keys',
    made('home/.ssh/authorized_keys'),
  ],
];

const toCase = ([id, title, payload, verify]: Row): EscapeCase => ({
  id: `writes.${id}`,
  family,
  kind,
  title,
  setup(place) {
    for (const path of ['outside/file', 'outside/sub/file', 'home/.bashrc']) place.write(path, 'original\n');
  },
  payload,
  verify,
  ...(/own sandbox/.test(id) && { needs: ['bwrap'] }),
  ...(/mount /.test(payload) && { unshown: 'it would change the mounts of this machine' }),
});

/** Opened for appending and left as it is: nothing is changed where there is no wall. */
const SYSTEM = ['/etc/passwd', '/etc/hosts', '/etc/ld.so.cache', '/bin/ls', '/usr/bin/env', '/root/.bashrc'];

function eachSystemFile(): EscapeCase[] {
  return SYSTEM.map((path) => ({
    id: `writes.system ${path}`,
    family,
    kind,
    title: `open ${path} for writing`,
    needs: [path],
    payload: `(: >> ${path}) && reached`,
    isForRoot: true,
  }));
}

const SHARED = ['/tmp', '/dev/shm', '/var/tmp'];

function eachSharedFolder(): EscapeCase[] {
  return SHARED.map((folder) => ({
    id: `writes.shared ${folder}`,
    family,
    kind,
    title: `make a file in ${folder} of the host`,
    setup: (place) =>
      place.onRemove(() =>
        process.getBuiltinModule('node:fs').rmSync(`${folder}/${place.proof}`, { force: true }),
      ),
    payload: (place) =>
      `echo evil > ${folder}/${place.proof}; echo evil > /proc/self/root${folder}/${place.proof}`,
    verify: ({ place }) => lstatSync(`${folder}/${place.proof}`, { throwIfNoEntry: false }) !== undefined,
  }));
}

const READ_ONLY: ReadonlyArray<readonly [string, string, string]> = [
  ['file', 'write in the workspace', 'echo evil > "$WS/new"; echo evil > ./new'],
  [
    'temporary copy',
    'move from /tmp into the workspace',
    'echo evil > /tmp/new; mv /tmp/new "$WS/new"; cp /dev/null "$WS/new"',
  ],
  ['made folder', 'make a folder in the workspace', 'mkdir "$WS/new"; git init -q "$WS/new"'],
  [
    'remounted',
    'mount the workspace again',
    'mount -o remount,rw,bind "$WS"; unshare -Urm bash -c "mount -o remount,rw,bind $WS; echo evil > $WS/new"; echo evil > "$WS/new"',
  ],
];

const MODES: readonly EscapeCase[] = [
  ...READ_ONLY.map(
    ([id, title, payload]): EscapeCase => ({
      id: `writes.read-only ${id}`,
      family,
      kind,
      title: `read-only: ${title}`,
      mode: 'read-only',
      payload,
      ...(/mount /.test(payload) && { unshown: 'it would change the mounts of this machine' }),
      verify: made('ws/new'),
    }),
  ),
  {
    id: 'writes.beside an added folder',
    family,
    kind,
    title: 'write beside a folder that was added',
    addDirs: ['outside/sub'],
    setup: (place) => place.write('outside/sub/file', 'original\n'),
    payload:
      'echo good > "$OUT/sub/good"; echo evil > "$OUT/new"; echo evil > "$OUT/sub/../new2"; mv "$OUT/sub" "$OUT/moved"',
    verify: made('outside/new', 'outside/new2', 'outside/moved'),
  },
  {
    id: 'writes.network on',
    family,
    kind,
    title: 'write outside with the network on',
    hasNetwork: true,
    payload: 'echo evil > "$OUT/new"; ln -s "$OUT" o; echo evil > o/new',
    verify: made('outside/new'),
  },
  {
    id: 'writes.inherited folder',
    family,
    kind,
    title: 'write through a folder left open',
    command: { inherited: ['outside'] },
    payload: 'for fd in 3 4 5 6 7 8 9; do echo evil > /proc/self/fd/$fd/new; done',
    verify: made('outside/new'),
  },
  {
    id: 'writes.inherited file',
    family,
    kind,
    title: 'open a file left open again for writing',
    command: { inherited: ['outside/file'] },
    setup: (place) => place.write('outside/file', 'original\n'),
    payload: 'for fd in 3 4 5 6 7 8 9; do echo evil > /proc/self/fd/$fd; done',
    verify: changed('outside/file'),
  },
];

export const WRITE_CASES: readonly EscapeCase[] = [
  ...[...OUTSIDE, ...HOME].map(toCase),
  ...eachSystemFile(),
  ...eachSharedFolder(),
  ...MODES,
];
