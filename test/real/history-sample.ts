import { randomBytes } from 'node:crypto';
import { createIdMaker, type EventBody } from '../../src/protocol/index.ts';

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
