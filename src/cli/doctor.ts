import { existsSync } from 'node:fs';
import { probeMachine } from '../engine/sandbox/index.ts';
import { PROTOCOL_VERSION } from '../protocol/index.ts';
import { findFolders, isEngineLocked, lockFolderOf, readEngineNote } from '../server/index.ts';
import { showLine } from '../timeline/index.ts';
import { createCommand, parseWords } from './command-line.ts';
import { PRODUCT_VERSION } from './product-version.ts';

const MARK = { ok: 'ok      ', limited: 'limited ', missing: 'MISSING ' } as const;

/** `sallyport doctor`: tries what a session needs. Gives 0, or 3 when something is missing. */
export async function runDoctor(words: readonly string[]): Promise<number> {
  const command = createCommand(
    'doctor',
    'Try what Sallyport needs on this machine, and say how to get what is missing.',
  ).option('--json', 'one JSON line per finding');
  if (parseWords(command, words) === 'help') return 0;
  const { home } = findFolders();
  const findings = [...(await probeMachine(home)), describeEngine(home)];
  const isJson = command.opts<{ json?: boolean }>().json === true;
  if (!isJson)
    process.stdout.write(
      `Sallyport ${PRODUCT_VERSION} on ${process.platform} ${process.arch}, Node ${process.versions.node}\n`,
    );
  for (const finding of findings) {
    if (isJson) process.stdout.write(`${JSON.stringify(finding)}\n`);
    else {
      process.stdout.write(`${MARK[finding.status]} ${finding.name}: ${showLine(finding.detail)}\n`);
      if (finding.repair !== undefined && finding.repair !== '')
        process.stdout.write(`         ${showLine(finding.repair)}\n`);
    }
  }
  return findings.some((finding) => finding.status === 'missing') ? 3 : 0;
}

interface Finding {
  readonly name: string;
  readonly status: keyof typeof MARK;
  readonly detail: string;
  readonly repair?: string;
}

function describeEngine(home: string): Finding {
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
