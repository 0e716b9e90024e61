/** A session with the streams and the terminal of this process: what `exec` and `run` have in common. */
import type { SessionExecResult, SessionOpenParams } from '../protocol/index.ts';
import { findFolders } from '../server/index.ts';
import { showText } from '../timeline/index.ts';
import { connectEngine } from './connect-engine.ts';
import { type AnswerFlags, chooseAnswers } from './opener.ts';
import { OutputHold } from './output-hold.ts';
import { type OwnTerminal, openOwnTerminal } from './own-terminal.ts';
import { runSession, type SessionRequest } from './run-session.ts';
import { WallReport } from './wall-report.ts';

/** What this process can give a session. */
export interface Here {
  readonly terminal: OwnTerminal | undefined;
  /** The size of the terminal that the script or program gets; undefined where it gets none. */
  readonly screen: SessionOpenParams['terminal'];
  readonly hold: OutputHold;
  /** Questions are asked on the terminal. */
  readonly asksHere: boolean;
  readonly answers: SessionOpenParams['answers'];
}

/** Opens the terminal of this process as far as it is wanted. `wantsScreen`: the script or program is to have one. */
export function openHere(flags: AnswerFlags, wantsScreen: boolean): Here {
  const size = wantsScreen ? terminalSize() : undefined;
  const mayAsk = flags.input && flags.wait !== true;
  const hold = new OutputHold();
  const terminal = mayAsk || size !== undefined ? openOwnTerminal(hold, size !== undefined) : undefined;
  const asksHere = mayAsk && terminal !== undefined;
  return {
    terminal,
    screen: terminal === undefined ? undefined : size,
    hold,
    asksHere,
    answers: chooseAnswers(flags, asksHere),
  };
}

type HereRequest = Pick<SessionRequest, 'script' | 'argv' | 'drive' | 'params' | 'isJson' | 'screen'>;

/** Runs it as a session of this terminal and says how it ended. Gives the exit status. */
export async function runHere(
  here: Here,
  request: HereRequest,
  { origin, reportFile }: { readonly origin: 'exec' | 'run'; readonly reportFile: string | undefined },
): Promise<number> {
  const { answers, terminal, hold, asksHere } = here;
  const report = reportFile === undefined ? undefined : new WallReport(reportFile, request.params.cwd);
  const client = await connectEngine(findFolders(), origin);
  const announces = answers === 'others' || answers === 'present' ? answers : undefined;
  const result = await runSession(client, { ...request, terminal, hold, report, asksHere, announces });
  client.close();
  writeOutcome(result);
  const said = report?.finish();
  if (said !== undefined) process.stderr.write(`sallyport: ${said}\n`);
  return result.exitCode;
}

/** Says why a script did not come to its own end. */
export function writeOutcome(result: SessionExecResult): void {
  if (result.message === undefined || result.outcome === 'ran') return;
  process.stderr.write(`sallyport: ${showText(result.message.replace(/^sallyport: /, ''))}\n`);
}

/** A terminal for the script, when this process has one for all three streams. */
function terminalSize(): SessionOpenParams['terminal'] {
  const { stdin, stdout, stderr } = process;
  if (!stdin.isTTY || !stdout.isTTY || !stderr.isTTY) return undefined;
  return { columns: stdout.columns || 80, rows: stdout.rows || 24 };
}
