/**
 * After a crash: what an engine left open is closed in the history. Only sessions of engines that are gone are touched;
 * the caller holds the lock that proves it.
 */
import type { EventBody, RunId, SessionId, StepId } from '../../protocol/index.ts';
import type { HistoryReader, Journal } from '../history/index.ts';

/** Withdraws open questions, marks unfinished runs and the session as lost. The count of sessions that were open. */
export async function recoverSessions(
  journal: Journal,
  reader: HistoryReader,
  engineId: string,
): Promise<number> {
  const sessions = reader.openSessions(engineId);
  for (const session of sessions) {
    await journal.append(session.sessionId, closingEvents(reader, session.sessionId, session.engineId));
  }
  return sessions.length;
}

function closingEvents(reader: HistoryReader, sessionId: SessionId, engineId: string): EventBody[] {
  const questions = new Set<Extract<EventBody, { type: 'approval/asked' }>['approvalId']>();
  const runs = new Map<RunId, StepId>();
  const turns = new Set<Extract<EventBody, { type: 'turn/started' }>['turnId']>();
  const grants = new Set<Extract<EventBody, { type: 'grant/ended' }>['grantId']>();
  for (const event of reader.readEvents(sessionId)) {
    switch (event.type) {
      case 'approval/asked':
        questions.add(event.approvalId);
        break;
      case 'approval/answered':
      case 'approval/withdrawn':
      case 'approval/expired':
        questions.delete(event.approvalId);
        break;
      case 'step/judged':
        if (event.runId !== undefined) runs.set(event.runId, event.stepId);
        break;
      case 'step/started':
        runs.set(event.runId, event.stepId);
        break;
      case 'step/finished':
        runs.delete(event.runId);
        break;
      case 'turn/started':
        turns.add(event.turnId);
        break;
      case 'turn/ended':
        turns.delete(event.turnId);
        break;
      case 'grant/added':
        if (event.grant.holder === sessionId) grants.add(event.grant.grantId);
        break;
      case 'grant/ended':
        grants.delete(event.grantId);
        break;
      default:
        break;
    }
  }
  return [
    ...[...questions].map(
      (approvalId): EventBody => ({ type: 'approval/withdrawn', approvalId, reason: 'the engine ended' }),
    ),
    ...[...runs].map(
      ([runId, stepId]): EventBody => ({ type: 'step/finished', stepId, runId, outcome: 'lost' }),
    ),
    ...[...grants].map(
      (grantId): EventBody => ({ type: 'grant/ended', grantId, reason: 'scope-ended', by: 'recovery' }),
    ),
    ...[...turns].map((turnId): EventBody => ({ type: 'turn/ended', turnId, outcome: 'lost' })),
    { type: 'session/lost', engineId },
  ];
}
