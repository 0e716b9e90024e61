import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { EngineClient } from '../client/index.ts';
import { createDemoProject, type DemoProject } from '../engine/index.ts';
import {
  type ApprovalAnswer,
  Fault,
  GrantScope,
  NO_FLAGS,
  type SessionOpenParams,
} from '../protocol/index.ts';
import { findFolders } from '../server/index.ts';
import { type ApprovalListener, answerFromTerminal } from './approval-feed.ts';
import { createCommand, parseWords } from './command-line.ts';
import { connectEngine } from './connect-engine.ts';
import { openerOf } from './opener.ts';
import { OutputHold } from './output-hold.ts';
import { openOwnTerminal } from './own-terminal.ts';
import { renderQuestion } from './question-text.ts';
import { runSession, type SessionRequest } from './run-session.ts';
import { writeOutcome } from './session-here.ts';
import { describeResult } from './terminal-questions.ts';

/** `sallyport demo`: a real script in a scratch project, with real questions. Gives 0, or 126 when nobody can answer. */
export async function runDemo(words: readonly string[]): Promise<number> {
  const command = createCommand(
    'demo',
    'A five-minute walk: a real script that is asked, rejected, blocked and allowed.',
    [
      'sallyport demo                       answer the questions yourself',
      'sallyport demo --answers FILE        lines: allow, allow session, reject TEXT',
    ],
  ).option('--answers <file>', 'take the answers from a file, one per line');
  if (parseWords(command, words) === 'help') return 0;
  const { answers } = command.opts<{ answers?: string }>();
  const scripted = answers === undefined ? undefined : readAnswers(answers);
  const folders = findFolders();
  const hold = new OutputHold();
  const terminal = scripted === undefined ? openOwnTerminal(hold, false) : undefined;
  const project = await createDemoProject();
  process.stderr.write(describeWalk(project));
  const client = await connectEngine(folders, 'demo').catch(async (thrown: unknown) => {
    await project.remove();
    throw thrown;
  });
  const request: SessionRequest = {
    script: project.script,
    params: demoParams(project),
    isJson: false,
    terminal,
    hold,
    asksHere: terminal !== undefined,
  };
  if (terminal === undefined && scripted === undefined) {
    return showFirstQuestion(client, request).finally(async () => {
      await project.remove();
      process.stderr.write('The scratch project is removed again.\n');
    });
  }
  const questions = scripted === undefined ? undefined : answerFromList(client, scripted);
  return walk(client, project, questions === undefined ? request : { ...request, questions });
}

async function walk(client: EngineClient, project: DemoProject, request: SessionRequest): Promise<number> {
  try {
    const result = await runSession(client, request);
    client.close();
    writeOutcome(result);
    process.stderr.write(describeEnd(project, result.sessionId));
    return result.outcome === 'fault' ? 125 : 0;
  } catch (thrown) {
    process.stderr.write(
      `\nWhat the demo made is still there: ${project.folder} ${dirname(project.outsideFile)}\n`,
    );
    throw thrown;
  }
}

function demoParams(project: DemoProject): SessionOpenParams {
  return {
    ...openerOf(project.folder),
    origin: 'demo',
    hasStdin: false,
    flags: { ...NO_FLAGS, sandbox: 'workspace-write', askForApproval: 'untrusted' },
    answers: 'opener',
    title: 'demo',
  };
}

function describeWalk({ folder, script }: DemoProject): string {
  const lines = script.split('\n').map((line) => `    ${line}`);
  return `A scratch project: ${folder}
This script runs in it, in a sandbox, and asks you under the policy "untrusted":

${lines.join('\n')}

git status only reads and echo only prints, so nobody is asked about them. You are about the rest, each time when
the shell gets there:
  1 allow tr, which writes GREETING.txt in the project
  2 reject rm: tools could build dist anew, but somebody may be using it now. Add a word of feedback: the script is
    told, and goes on
  3 allow awk: it looks innocent, but then writes where git would run it later;
  4 the wall stops that write, and you are asked again: reject it
  5 allow cp, which writes outside the project, for this session
`;
}

function describeEnd({ folder, outsideFile }: DemoProject, sessionId: string): string {
  return `
What to look at now:
    ls ${folder}       is dist still there?
    cat ${outsideFile}
    sallyport history show ${sessionId}
    sallyport history verify
    rm -rf ${folder} ${dirname(outsideFile)}       when you are done

What to try next, in a folder of your own:
    sallyport check 'npm ci && npm test'               what would happen; runs nothing
    sallyport exec -a untrusted 'npm ci && npm test'   run it, and be asked
    sallyport approvals watch                          answer from a second terminal
    sallyport doctor                                   what this machine can and cannot do
`;
}

/** Without anybody to answer: the first question is shown, and the session ends. */
async function showFirstQuestion(client: EngineClient, request: SessionRequest): Promise<number> {
  let hasAsked = false;
  const questions: ApprovalListener = {
    onAsked: (approval) => {
      hasAsked = true;
      process.stderr.write(`\n${renderQuestion(approval, { columns: process.stderr.columns })}\n`);
      process.stderr.write(
        'sallyport: there is no terminal to answer on\n  run `sallyport demo` in one, or give it --answers FILE\n',
      );
      client.close();
    },
    onSettled: () => {},
  };
  try {
    await runSession(client, { ...request, questions });
  } catch (thrown) {
    if (!hasAsked) throw thrown;
  }
  return 126;
}

function answerFromList(client: EngineClient, answers: readonly ApprovalAnswer[]): ApprovalListener {
  const rest = [...answers];
  return {
    onAsked: (approval) => {
      const answer = rest.shift() ?? { outcome: 'rejected', feedback: 'there are no more answers' };
      process.stderr.write(`\n${renderQuestion(approval, { columns: process.stderr.columns })}\n`);
      const tell = (said: string): void => void process.stderr.write(`└ ${approval.approvalId}: ${said}\n`);
      answerFromTerminal(client, approval, answer).then(
        (result) => tell(describeResult(result, answer)),
        (thrown: unknown) => tell(String(thrown)),
      );
    },
    onSettled: () => {},
  };
}

/** `allow`, `allow SCOPE` and `reject TEXT`, one per line; empty lines and those that begin with # do not count. */
export function readAnswers(file: string): ApprovalAnswer[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new Fault({ kind: 'user', code: 'no-answers', message: `${file} cannot be read`, cause });
  }
  return text.split('\n').flatMap((line, index) => readAnswer(line.trim(), `${file}:${index + 1}`));
}

function readAnswer(line: string, place: string): ApprovalAnswer[] {
  const [word = '', ...more] = line.split(/\s+/);
  if (word === '' || word.startsWith('#')) return [];
  if (word === 'reject')
    return [more.length === 0 ? { outcome: 'rejected' } : { outcome: 'rejected', feedback: more.join(' ') }];
  const scope = GrantScope.safeParse(more[0] ?? 'once');
  if (word === 'allow' && more.length < 2 && scope.success)
    return [{ outcome: 'allowed', scope: scope.data }];
  throw new Fault({
    kind: 'user',
    code: 'bad-answers',
    message: `${place}: neither allow, allow SCOPE nor reject TEXT`,
  });
}
