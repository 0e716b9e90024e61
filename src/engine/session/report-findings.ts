import type { EventBody } from '../../protocol/index.ts';
import type { ScriptContext } from './script-context.ts';
import type { ScriptHost } from './script-host.ts';

/** Tells what a script has left behind for trusted programs outside, and ends the grants that the wall has closed for it. */
export async function reportFindings(
  context: ScriptContext,
  { findings, sandbox, sinks }: ScriptHost,
): Promise<void> {
  const { sessionId, turnId } = context.scope;
  const { grants } = context.ports;
  const { sentences, closed } = await findings.report(sandbox, sinks.streams.stderr);
  // The wall has ended them: the next command that needs one is asked about.
  for (const { grantId, holder, access } of grants.ofSession(sessionId))
    if (holder === sessionId && access?.write.some((path) => closed.includes(path)))
      await grants.end(grantId, 'revoked', 'wall');
  if (sentences.length === 0) return;
  await context.append(
    sentences.map((text): EventBody => ({ type: 'message/added', turnId, role: 'system', text })),
  );
}
