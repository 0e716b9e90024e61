import type { DispatchContext, HandlersOf } from './dispatch-context.ts';
import { refuseCall } from './refuse-call.ts';

type AnswerMethod = 'approval/list' | 'approval/answer' | 'grant/list' | 'grant/revoke';

/**
 * Questions and grants. Who answers is what a program of the user says of itself; of a page it is what the server
 * knows: somebody at a page, whatever the page says. A page answers exactly what it showed, never whatever the question
 * has become since.
 */
export function createAnswerHandlers(
  context: DispatchContext,
  person: () => string,
): HandlersOf<AnswerMethod> {
  const { engine } = context;
  const nameOf = (said: string): string => (person() === 'page' ? 'page' : said);
  return {
    'approval/list': () => ({ approvals: [...engine.listApprovals()] }),
    'approval/answer': (params) => {
      if (person() === 'page' && params.digest === undefined) {
        throw refuseCall('bad-params', 'approval/answer: a page says what it showed, by its digest');
      }
      return engine.answerApproval({ ...params, by: nameOf(params.by) });
    },
    'grant/list': () => ({ grants: [...engine.listGrants()] }),
    'grant/revoke': async ({ grantId, by }) => ({ revoked: await engine.revokeGrant(grantId, nameOf(by)) }),
  };
}
