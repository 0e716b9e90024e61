/** Ordinary work that must go on behind the wall. */
import type { CasePlace } from '../case-place.ts';
import type { EscapeCase } from '../escape-case.ts';
import { WORK_IN_REPOSITORIES } from './work-repositories.ts';

const family = 'work';
const kind = 'work';

type Row = readonly [
  id: string,
  title: string,
  payload: string,
  needs?: readonly string[],
  more?: Partial<EscapeCase>,
];

const NODE_SERVER = `"$NODE" -e '
const http = require("http");
const server = http.createServer((q, a) => a.end("served")).listen(0, "127.0.0.1", () => {
  http.get({ port: server.address().port, host: "127.0.0.1" }, (a) => a.on("data", (d) => { console.log(String(d)); server.close(); }));
});' | grep -qx served`;

const PAGE = (place: CasePlace): void =>
  place.write('ws/page.html', '<body><script>document.body.append("drawn " + 6 * 7)</script></body>');

const C_FILES = (place: CasePlace): void => {
  place.write('ws/hello.c', '#include <stdio.h>\nint main(void) { puts("compiled"); return 0; }\n');
  place.write('ws/Makefile', 'hello: hello.o\n\tcc -o $@ $<\n%.o: %.c\n\tcc -g -c -o $@ $<\n');
};

const setup = (act: (place: CasePlace) => void): Partial<EscapeCase> => ({ setup: act });
const slow = { isSlow: true };

const PROGRAMS: readonly Row[] = [
  [
    'node children',
    'node: execSync and spawnSync',
    `"$NODE" -e 'const c = require("child_process"); if (c.execSync("echo a").toString() !== "a\\n" || c.spawnSync("cat", { input: "b" }).stdout.toString() !== "b") process.exit(1)'`,
  ],
  [
    'node workers',
    'node: forked process, worker and pipes',
    `"$NODE" -e 'if (process.argv[1] === "c") { process.send("up"); process.disconnect(); } else { require("fs").writeFileSync("f.cjs", "process.send(1);process.disconnect()"); require("child_process").fork("./f.cjs").on("message", () => console.log("told")); }' | grep -qx told`,
  ],
  ['node server', 'node: loopback server and client', NODE_SERVER],
  [
    'node watch',
    'node: file watching',
    `"$NODE" -e 'const fs = require("fs"); fs.mkdirSync("w"); fs.watch("w", () => process.exit(0)); setTimeout(() => fs.writeFileSync("w/f", ""), 100); setTimeout(() => process.exit(1), 5000)'`,
  ],
  [
    'node unix server',
    'node: server on a unix socket',
    `"$NODE" -e 'const n = require("net"); const s = n.createServer((c) => c.end("hi")).listen("own.sock", () => n.connect("own.sock").on("data", (d) => { console.log(String(d)); s.close(); }))' | grep -qx hi`,
  ],
  [
    'npm ls',
    'npm ls',
    `"$NODE" -e 'require("fs").writeFileSync("package.json", "{\\"name\\":\\"x\\",\\"version\\":\\"1.0.0\\"}")'; npm ls --offline | grep -q x@1.0.0`,
    ['npm'],
    slow,
  ],
  [
    'npm run',
    'npm run a build script',
    'echo \'{"name":"x","version":"1.0.0","scripts":{"build":"echo built > out.txt"}}\' > package.json; npm run build --offline --silent; grep -qx built out.txt',
    ['npm'],
    slow,
  ],
  [
    'gcc and make',
    'compile with make',
    'make -s; ./hello | grep -qx compiled',
    ['gcc', 'make'],
    setup(C_FILES),
  ],
  [
    'gdb',
    'debug an own program',
    'make -s; gdb -q -batch -ex "break main" -ex run -ex bt ./hello | grep -q "#0  main"',
    ['gcc', 'make', 'gdb'],
    { ...setup(C_FILES), ...slow },
  ],
  [
    'strace',
    'trace an own program',
    'strace -f -o trace.txt /bin/echo traced; grep -q execve trace.txt',
    ['strace'],
  ],
  [
    'prlimit',
    'set a limit of an own program',
    'cat < <(sleep 5) & prlimit --pid $! --nofile=40:40; prlimit --pid $! --nofile --output SOFT --noheadings | grep -qw 40; kill $!',
    ['prlimit'],
  ],
  [
    'strace attached',
    'trace a running program',
    'sleep 2 & strace -p $! -o trace.txt & wait; grep -q . trace.txt',
    ['strace'],
    slow,
  ],
  [
    'python venv',
    'python: virtual environment',
    'python3 -m venv --without-pip v; v/bin/python -c "import sys; assert sys.prefix.endswith(\'/v\')"',
    ['python3'],
    slow,
  ],
  [
    'python pools',
    'python: pools, managers and semaphores',
    `cat > pool.py <<'EOF'
import multiprocessing as m
def double(x): return 2 * x
if __name__ == "__main__":
    with m.Pool(2) as pool: assert pool.map(double, range(4)) == [0, 2, 4, 6]
    with m.Manager() as manager: assert manager.dict(a=1)["a"] == 1
EOF
/usr/bin/python3 pool.py`,
    ['/usr/bin/python3'],
    slow,
  ],
  [
    'python temporary',
    'python: temporary files',
    '/usr/bin/python3 -c "import tempfile; f = tempfile.NamedTemporaryFile(); f.write(b\'x\'); d = tempfile.mkdtemp()"',
    ['/usr/bin/python3'],
  ],
  ['perl', 'perl: run a program and read its output', `perl -e 'die unless \`echo x\` eq "x\\n"'`, ['perl']],
  [
    'sqlite',
    'sqlite with its locks',
    'sqlite3 a.db "pragma journal_mode=wal; create table t(x); insert into t values (1)"; (for i in 1 2 3 4; do sqlite3 -cmd ".timeout 5000" a.db "insert into t values ($i)" & done; wait); [ "$(sqlite3 a.db "select count(*) from t")" = 5 ]',
    ['sqlite3'],
  ],
  [
    'chromium',
    'a browser draws a local page',
    'chromium --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --user-data-dir="$WS/profile" --dump-dom "file://$WS/page.html" 2>err.txt | grep -q "drawn 42"',
    ['chromium'],
    { ...setup(PAGE), ...slow },
  ],
  [
    'script',
    'a terminal with job control',
    `script -qec 'bash --norc -ic "sleep 5 & jobs; kill %1; wait %1; echo status \\$?"' /dev/null < /dev/null | tr -d "\\r" | grep -qx "status 143"`,
    ['script'],
  ],
  [
    'tar',
    'pack and unpack',
    'mkdir -p t/u; echo x > t/u/f; tar -czf t.tgz t; rm -r t; tar -xzf t.tgz; grep -qx x t/u/f',
    ['tar', 'gzip'],
  ],
  [
    'flock',
    'locks between processes',
    '(flock 9; touch held; sleep 0.2; echo one >> log) 9> lock & while [ ! -e held ]; do sleep 0.02; done; (flock 9; echo two >> log) 9> lock; wait; [ "$(tr "\\n" " " < log)" = "one two " ]',
    ['flock'],
  ],
];

const FILES: readonly Row[] = [
  [
    'mktemp',
    'temporary files and folders',
    'f=$(mktemp); d=$(mktemp -d); echo x > "$f"; echo x > "$d/f"; TMPDIR="$WS" mktemp | grep -q "^$WS"',
  ],
  ['fifo', 'a fifo between two programs', 'mkfifo p; (echo through > p &); [ "$(cat p)" = through ]'],
  [
    'pipes',
    'long pipelines',
    'set +o pipefail; [ "$(seq 100000 | sort -rn | tail -n 1)" = 1 ]; yes | head -n 1000 | wc -l | grep -qx 1000',
  ],
  [
    'large file',
    'a large sparse file',
    'truncate -s 3G big; [ "$(stat -c %s big)" = 3221225472 ]; echo end >> big; rm big',
  ],
  ['shared memory', 'shared memory', 'f=/dev/shm/sallyport-$$; echo x > $f; grep -qx x $f; rm $f'],
  [
    'deep folders',
    'a hundred folders deep',
    'for i in $(seq 100); do mkdir folder; cd folder; done; echo x > f; grep -qx x f',
  ],
  [
    'many files',
    'a thousand files',
    'mkdir m; for i in $(seq 1000); do : > m/$i; done; [ "$(ls m | wc -l)" = 1000 ]; rm -r m',
  ],
  [
    'links',
    'links and hard links inside',
    'echo x > f; ln f h; ln -s f s; mv f g; [ "$(cat h)" = x ]; rm s; ln -s g s; [ "$(cat s)" = x ]',
  ],
  [
    'modes and times',
    'modes, times and copies',
    'echo x > f; chmod 755 f; touch -d 2001-01-01 f; cp -a f g; [ "$(stat -c %a-%Y g)" = "755-$(stat -c %Y f)" ]',
  ],
  [
    'here documents',
    'here documents and process substitution',
    'diff <(printf "a\\nb\\n") - <<< $\'a\\nb\'; cat <<< x | grep -qx x',
  ],
  [
    'devices',
    'the usual devices',
    'head -c 8 /dev/urandom > /dev/null; : > /dev/null; head -c 4 /dev/zero | wc -c | grep -qx 4; (echo x > /dev/full) 2>/dev/null && exit 1; test -e /dev/stdin',
  ],
  ['big output', 'much output through a pipe', 'head -c 200000000 /dev/zero | wc -c | grep -qx 200000000'],
  [
    'signals',
    'traps and signals between own processes',
    'bash -c "trap \'exit 7\' TERM; touch trapped; while :; do sleep 0.05; done" & while [ ! -e trapped ]; do sleep 0.02; done; kill -TERM $!; code=0; wait $! || code=$?; [ $code = 7 ]',
  ],
  ['limits', 'lower an own limit', '(ulimit -n 64; [ "$(ulimit -n)" = 64 ])'],
  [
    'loopback shell',
    'a loopback that refuses at once',
    'grep -q "lo:" /proc/net/dev; ! (exec 5<>/dev/tcp/127.0.0.1/1) 2>/dev/null',
  ],
  [
    'identity',
    'know who one is',
    '[ "$(id -u)" = "$(stat -c %u "$WS")" ]; [ -n "$HOME" ]; cd "$HOME"; ls / > /dev/null',
  ],
  [
    'proc',
    'look at own processes',
    'ps -o pid= -p $$ > /dev/null; [ "$(tr "\\0" "\\n" < /proc/self/cmdline | head -n 1)" = tr ]',
    ['ps'],
  ],
  [
    'names',
    'names of every kind',
    'for n in "a b" "\'" \'"\' "*" "[x]" "-n" "ä–日本" $\'line\\nend\' "\\\\"; do echo x > "./$n"; grep -qx x "./$n"; rm "./$n"; done',
  ],
];

const MODES: readonly Row[] = [
  [
    'read-only',
    'read-only: read, search, and use /tmp',
    'grep -qx here "$WS/file"; f=$(mktemp); echo x > $f; grep -qx x $f; rm $f',
    [],
    { mode: 'read-only', ...setup((place) => place.write('ws/file', 'here\n')) },
  ],
  [
    'added folder',
    'write in an added folder',
    'echo x > "$BASE/more/f"',
    [],
    { addDirs: ['more'], verify: ({ place }) => place.read('more/f') === 'x\n' },
  ],
  [
    'network',
    'use the network when it is on',
    'exec 5<>/dev/tcp/127.0.0.1/$(cat port); grep -qx hello <&5',
    [],
    {
      hasNetwork: true,
      async setup(place) {
        place.write('ws/port', String(await place.listenTcp('127.0.0.1')));
      },
    },
  ],
  [
    'parallel',
    'a second run in the same folder',
    'touch ready; while [ ! -e go ]; do sleep 0.05; done; grep -qx second other; echo first > own',
    [],
    {
      async during(place, run) {
        await run.runBeside('echo second > other');
        place.write('ws/go', '');
      },
      verify: ({ place }) => place.read('ws/own') === 'first\n',
    },
  ],
];

const ODD_NAMES = [
  'with space',
  "quote's",
  'double"quote',
  'glob*[x]?',
  'dollar$(id)',
  'ünïcode–日本',
  '-dash',
  'back\\slash',
  'line\nend',
  '#hash; rm',
  '~tilde',
  '{a,b}',
];

const oddName = (name: string): EscapeCase => ({
  id: `work.folder ${JSON.stringify(name)}`,
  family,
  kind,
  title: `a workspace named ${JSON.stringify(name)}`,
  workspace: name,
  setup: (place) => place.folder(`${name}/sub`),
  payload: '[ "$PWD" = "$WS" ]; cd sub; echo x > f; cd ..; mv sub/f moved; [ "$(cat moved)" = x ]',
  verify: ({ place }) => place.read(`${name}/moved`) === 'x\n',
});

function toCase([id, title, payload, needs, more]: Row): EscapeCase {
  return { id: `work.${id}`, family, kind, title, payload, ...(needs !== undefined && { needs }), ...more };
}

export const WORK_CASES: readonly EscapeCase[] = [
  ...[...PROGRAMS, ...FILES, ...MODES].map(toCase),
  ...ODD_NAMES.map(oddName),
  ...WORK_IN_REPOSITORIES,
];
