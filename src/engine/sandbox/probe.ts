/** What `sallyport doctor` says about walls: each answer comes from trying it, not from a version number alone. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toFault } from '../../protocol/index.ts';
import { createBubblewrap } from './bubblewrap.ts';
import { BUBBLEWRAP } from './bubblewrap-session.ts';
import { findHelpers } from './helper-paths.ts';
import { plainSettings } from './run-bare.ts';

export interface ProbeFinding {
  readonly name: string;
  /** `missing` keeps programs from being confined; `limited` takes something away and is said. */
  readonly status: 'ok' | 'limited' | 'missing';
  /** One sentence. */
  readonly detail: string;
  /** What to type. */
  readonly repair?: string;
}

const MIN_FREE_BYTES = 256 * 2 ** 20;

/** Whether this kernel can hold the start of a program for an answer. */
export function probeKernelGate(): boolean {
  return readWord('/proc/sys/kernel/seccomp/actions_avail').split(' ').includes('user_notif');
}

/**
 * Tries everything a session needs. Never throws; on another platform there is one finding.
 * @param sallyportHome for the free space; it need not exist
 */
export async function probeMachine(sallyportHome: string): Promise<ProbeFinding[]> {
  if (process.platform !== 'linux') {
    const detail = `Programs cannot be confined on ${process.platform} yet; they can on Linux.`;
    return [
      {
        name: 'platform',
        status: 'missing',
        detail,
        repair: 'Use Linux, a Linux virtual machine, or WSL 2.',
      },
    ];
  }
  const wall = await probeWall();
  return [
    await probeBubblewrap(),
    probeHelpers(),
    wall.wall,
    gateFinding(),
    wall.exitCodes,
    probeDisk(sallyportHome),
  ];
}

/** The wall's program and its version in two words, or nothing where there is none. */
export async function readWallVersion(): Promise<string> {
  if (process.platform !== 'linux') return '';
  const { text } = await run(BUBBLEWRAP, ['--version']);
  return /^bubblewrap \d[\w.]*/.exec(text)?.[0] ?? '';
}

async function probeBubblewrap(): Promise<ProbeFinding> {
  const name = 'bubblewrap';
  const { text, isStarted } = await run(BUBBLEWRAP, ['--version']);
  const version = /(\d+)\.(\d+)/.exec(text);
  if (!isStarted || version === null) {
    const repair =
      'apt install bubblewrap (Debian, Ubuntu); dnf install bubblewrap (Fedora); pacman -S bubblewrap (Arch)';
    return { name, status: 'missing', detail: `${BUBBLEWRAP} is missing or does not run.`, repair };
  }
  const isOld = Number(version[1]) === 0 && Number(version[2]) < 8;
  const detail = `${BUBBLEWRAP}, version ${version[0]}.`;
  if (isOld) return { name, status: 'missing', detail, repair: 'Install bubblewrap 0.8 or newer.' };
  return { name, status: 'ok', detail };
}

function probeHelpers(): ProbeFinding {
  try {
    const { holder } = findHelpers();
    return { name: 'native helpers', status: 'ok', detail: `Found beside ${holder}.` };
  } catch (error) {
    const fault = toFault(error);
    return { name: 'native helpers', status: 'missing', detail: fault.message, repair: fault.hint ?? '' };
  }
}

interface WallProbe {
  readonly wall: ProbeFinding;
  readonly exitCodes: ProbeFinding;
}

/** Runs `true` behind a whole wall in a folder of its own. */
async function probeWall(): Promise<WallProbe> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-probe-'));
  let hasExitCodes: boolean | undefined;
  try {
    mkdirSync(join(folder, 'work'));
    const settings = plainSettings({
      mode: 'workspace-write',
      cwd: join(folder, 'work'),
      env: {},
      home: folder,
    });
    const home = join(folder, 'home');
    const session = await createBubblewrap().openSession({
      settings,
      folders: { sallyportHome: home, runtimeDir: home },
    });
    try {
      const launched = await session.launch({
        launchId: 'probe',
        argv: ['/bin/sh', '-c', 'exit 42'],
        cwd: settings.workspace,
        environment: { PATH: '/usr/bin:/bin' },
        gate: probeKernelGate() ? 'exec' : 'none',
        handlers: {
          onHello: (hello) => {
            hasExitCodes = hello.exitCodes;
          },
        },
        stdio: { kind: 'pipes' },
      });
      let words = '';
      launched.pipes?.stderr.on('data', (chunk: Buffer) => {
        words += chunk.toString('utf8');
      });
      launched.pipes?.stdout.resume();
      const outcome = await launched.finished;
      const isGood = outcome.kind === 'exited' && outcome.code === 42;
      const wall = isGood ? wallWorks() : wallFails(words.trim().slice(0, 300));
      return { wall, exitCodes: exitCodeFinding(isGood ? hasExitCodes === true : hasExitCodes) };
    } finally {
      await session.close();
    }
  } catch (error) {
    return { wall: wallFails(toFault(error).message), exitCodes: exitCodeFinding(hasExitCodes) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function wallWorks(): ProbeFinding {
  return {
    name: 'sandbox',
    status: 'ok',
    detail: 'A program ran behind a whole wall: namespaces, mounts and filter work.',
  };
}

/** What namespaces and mounts are called by those who could not make them. */
const ABOUT_NAMESPACES =
  /namespace|userns|unshare|setns|clone|mount|pivot_root|uid.?map|gid.?map|setgroups|loopback|operation not permitted/i;

/**
 * What failed, and where namespaces or mounts did, what keeps them from working, by the switches that are known to.
 * @param words what the failing part said
 */
export function wallFails(words: string): ProbeFinding {
  const said =
    words === '' ? 'it ended without a word' : words.replaceAll('sallyport: ', '').replace(/\.$/, '');
  const failed = (detail: string, repair: string): ProbeFinding => {
    return {
      name: 'sandbox',
      status: 'missing',
      detail: `No program could be run behind the wall: ${said}.${detail}`,
      repair,
    };
  };
  if (!ABOUT_NAMESPACES.test(words)) return failed('', 'Nothing is ever run without the wall.');
  if (readWord('/proc/sys/kernel/apparmor_restrict_unprivileged_userns') === '1') {
    return failed(
      ' AppArmor keeps ordinary programs from making user namespaces.',
      "Install the distribution's profile for bwrap (apt install apparmor-profiles; then: sudo ln -s " +
        '/usr/share/apparmor/extra-profiles/bwrap-userns-restrict /etc/apparmor.d/ && sudo apparmor_parser -r ' +
        '/etc/apparmor.d/bwrap-userns-restrict), or: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0',
    );
  }
  if (readWord('/proc/sys/kernel/unprivileged_userns_clone') === '0') {
    return failed(
      ' This kernel keeps ordinary users from making user namespaces.',
      'sudo sysctl -w kernel.unprivileged_userns_clone=1 (to keep it: a file in /etc/sysctl.d)',
    );
  }
  if (readWord('/proc/sys/user/max_user_namespaces') === '0') {
    return failed(' User namespaces are switched off.', 'sudo sysctl -w user.max_user_namespaces=15000');
  }
  if (existsSync('/.dockerenv') || existsSync('/run/.containerenv')) {
    return failed(
      ' The container that this runs in does not allow namespaces or mounts.',
      'Start the container with: --security-opt seccomp=unconfined --security-opt apparmor=unconfined ' +
        '--security-opt systempaths=unconfined',
    );
  }
  return failed('', 'Nothing is ever run without the wall.');
}

function gateFinding(): ProbeFinding {
  const name = 'exec gate';
  if (probeKernelGate())
    return { name, status: 'ok', detail: 'The kernel can hold the start of a program for an answer.' };
  const detail = 'The kernel cannot hold the start of a program; questions are asked by the shell itself.';
  return { name, status: 'limited', detail, repair: 'Use Linux 5.9 or newer.' };
}

/** `undefined`: no program got so far that it could be seen. */
function exitCodeFinding(hasExitCodes: boolean | undefined): ProbeFinding {
  const name = 'exit codes of held programs';
  if (hasExitCodes === undefined)
    return { name, status: 'limited', detail: 'Not known, because no program could be run behind the wall.' };
  if (hasExitCodes) return { name, status: 'ok', detail: 'The kernel tells them.' };
  const detail = 'The kernel does not tell them; the history shows the exit status of scripts only.';
  return { name, status: 'limited', detail, repair: 'Use Linux 6.15 or newer.' };
}

function probeDisk(sallyportHome: string): ProbeFinding {
  const name = 'free space';
  const place = existsSync(sallyportHome) ? sallyportHome : '/';
  const { bavail, bsize } = statfsSync(place);
  const freeBytes = bavail * bsize;
  const detail = `${Math.round(freeBytes / 2 ** 20)} MiB free for the history (${place}).`;
  if (freeBytes >= MIN_FREE_BYTES) return { name, status: 'ok', detail };
  return {
    name,
    status: 'limited',
    detail,
    repair: 'Free some space: without room for its history the engine runs nothing.',
  };
}

function readWord(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}

function run(program: string, words: readonly string[]): Promise<{ text: string; isStarted: boolean }> {
  return new Promise((resolve) => {
    execFile(program, words, { timeout: 5000, env: {} }, (error, stdout) => {
      resolve({ text: stdout, isStarted: error === null });
    });
  });
}
