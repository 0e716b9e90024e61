import { createHash, randomBytes } from 'node:crypto';
import { type CapturedStream, createIdMaker, type EventBody, type RunId } from '../../src/protocol/index.ts';

export const ids = createIdMaker(Date.now, (count) => randomBytes(count));

export function makeOpened(title: string, engineId = 'engine-a'): EventBody {
  return {
    type: 'session/opened',
    engineId,
    engineVersion: '0.1.0',
    protocolVersion: 1,
    origin: 'exec',
    agentName: 'script',
    title,
    cwd: '/home/me/project',
    workspace: '/home/me/project',
    hasTerminal: false,
  };
}

export function makeMessage(text: string): EventBody {
  return { type: 'message/added', turnId: ids.turn(), role: 'agent', text };
}

export function makeFinished(runId: RunId, stdout: CapturedStream): EventBody {
  const stderr: CapturedStream = {
    sha256: createHash('sha256').digest('hex'),
    storedBytes: 0,
    totalBytes: 0,
  };
  return {
    type: 'step/finished',
    stepId: ids.step(),
    runId,
    outcome: 'ran',
    exitCode: 0,
    output: { stdout, stderr },
  };
}
