import { Broker, type Question, type Settlement } from '../../src/engine/approvals/index.ts';
import { createFakeClock } from '../../src/engine/base/index.ts';
import { createIdMaker, type EventBody } from '../../src/protocol/index.ts';

type BrokerPorts = ConstructorParameters<typeof Broker>[0];

const clockStart = 1_700_000_000_000;

function seededBytes(): (count: number) => Uint8Array {
  let seed = 7;
  return (count) =>
    Uint8Array.from({ length: count }, () => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return Math.floor(seed / 65_536) % 256;
    });
}

/** A broker with a fake clock and a history in memory. `saveRule` answers for the file of rules. */
export function openBroker(
  saveRule: BrokerPorts['saveRule'] = async (_approval, { line }) => ({ line, file: '/rules' }),
) {
  const clock = createFakeClock(clockStart);
  const ids = createIdMaker(() => clock.nowMs(), seededBytes());
  const stored: EventBody[] = [];
  const failures = { isBroken: false };
  const broker = new Broker({
    nowMs: () => clock.nowMs(),
    setTimer: (callback, delayMs) => clock.setTimer(callback, delayMs),
    makeApprovalId: ids.approval,
    saveRule,
    append: async (_sessionId, bodies) => {
      if (failures.isBroken) throw new Error('disk full');
      stored.push(...bodies);
    },
  });
  const question = (over: Partial<Question> = {}): Question => ({
    sessionId: ids.session(),
    turnId: ids.turn(),
    stepId: ids.step(),
    runId: ids.run(),
    kind: 'cmd',
    text: 'rm -rf dist',
    argv: ['rm', '-rf', 'dist'],
    cwd: '/w',
    workspace: '/w',
    category: 'inside',
    reasons: [{ code: 'policy', text: 'untrusted asks' }],
    risk: null,
    scopes: ['once', 'session'],
    expiryMs: 86_400_000,
    ...over,
  });
  return { broker, clock, stored, failures, question };
}

/** Opens the question and waits until it is in the list. */
export async function ask(
  broker: Broker,
  question: Question,
): Promise<{ id: string; settled: Promise<Settlement>; digest: string }> {
  const known = new Set(broker.list().map((approval) => approval.approvalId));
  const settled = broker.ask(question);
  await Promise.resolve();
  const asked = broker.list().find((approval) => !known.has(approval.approvalId));
  if (!asked) throw new Error('the question is not in the list');
  return { id: asked.approvalId, settled, digest: asked.digest };
}
