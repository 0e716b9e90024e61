import { existsSync } from 'node:fs';
import { type ProbeFinding, probeMachine } from '../engine/sandbox/index.ts';
import { PROTOCOL_VERSION } from '../protocol/index.ts';
import { findFolders, isEngineLocked, lockFolderOf, readEngineNote } from '../server/index.ts';
import { showLine } from '../timeline/index.ts';
import { collectWords, createCommand, parseWords, usageFault } from './command-line.ts';
import { PRODUCT_VERSION } from './product-version.ts';

const MARK = { ok: 'ok      ', limited: 'limited ', missing: 'MISSING ' } as const;

/** `sallyport doctor`: tries what a session needs. Gives 0, or 3 when something is missing. */
export async function runDoctor(words: readonly string[]): Promise<number> {
  const command = createCommand(
    'doctor',
    'Try what Sallyport needs on this machine, and say how to get what is missing.',
    ['sallyport doctor', 'sallyport doctor --escape-test --quick'],
  )
    .option('--json', 'one JSON line per finding, or per case')
    .option('--escape-test', 'try the wall of this machine: over 500 attacks and pieces of ordinary work')
    .option('--quick', 'with --escape-test: leave the slow cases out')
    .option('--family <name>', 'with --escape-test: only these (may be repeated)', collectWords);
  if (parseWords(command, words) === 'help') return 0;
  const flags = command.opts<DoctorFlags>();
  const { home } = findFolders();
  const escapeTest = await prepareEscapeTest(flags);
  const probed = await probeMachine(home);
  if (escapeTest !== undefined && probed.every(({ status }) => status !== 'missing')) return escapeTest();
  const findings = [...probed, describeEngine(home)];
  if (flags.json !== true)
    process.stdout.write(
      `Sallyport ${PRODUCT_VERSION} on ${process.platform} ${process.arch}, Node ${process.versions.node}\n`,
    );
  for (const finding of findings)
    process.stdout.write(flags.json === true ? `${JSON.stringify(finding)}\n` : describe(finding));
  return findings.some((finding) => finding.status === 'missing') ? 3 : 0;
}

interface DoctorFlags {
  readonly json?: boolean;
  readonly escapeTest?: boolean;
  readonly quick?: boolean;
  readonly family?: readonly string[];
}

/** Loaded when it is wanted only: the cases are many. */
async function prepareEscapeTest(flags: DoctorFlags): Promise<(() => Promise<number>) | undefined> {
  if (flags.escapeTest !== true) {
    if (flags.quick !== true && flags.family === undefined) return undefined;
    throw usageFault('--quick and --family go with --escape-test', 'sallyport doctor');
  }
  const { FAMILIES, findFamily, runEscapeTest } = await import('./escape-test/index.ts');
  const families = (flags.family ?? []).map((name) => {
    const family = findFamily(name);
    if (family === undefined)
      throw usageFault(
        `--family must be one of ${FAMILIES.join(', ')}, not ${showLine(name)}`,
        'sallyport doctor',
      );
    return family;
  });
  return () => runEscapeTest({ isQuick: flags.quick === true, isJson: flags.json === true, families });
}

/** Status and fact, then why it matters, then one line for each way out. */
function describe({ name, status, detail, why, repair }: ProbeFinding): string {
  const more = [why ?? '', ...(repair ?? '').split('\n')].filter((line) => line !== '');
  return [
    `${MARK[status]} ${name}: ${showLine(detail)}`,
    ...more.map((line) => `         ${showLine(line)}`),
    '',
  ].join('\n');
}

function describeEngine(home: string): ProbeFinding {
  const folder = lockFolderOf(home);
  const note = readEngineNote(folder);
  if (!existsSync(folder) || !isEngineLocked(folder)) {
    return { name: 'engine', status: 'ok', detail: 'none is running; commands start one when they need it.' };
  }
  if (note === undefined)
    return { name: 'engine', status: 'limited', detail: 'one is just starting or ending.' };
  const detail = `running, pid ${note.pid}, version ${note.version}.`;
  if (note.protocolVersion === PROTOCOL_VERSION) return { name: 'engine', status: 'ok', detail };
  return {
    name: 'engine',
    status: 'limited',
    detail: `${detail} It speaks another protocol.`,
    repair: `kill ${note.pid}`,
  };
}
