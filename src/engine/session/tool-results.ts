import type { ProposalResult, ProposalTool } from '../../protocol/index.ts';
import type { SettledRun } from './proposed-run.ts';

/** It could not be tried: nothing was asked, and nothing has happened. */
export function failed(tool: ProposalTool, message: string): ProposalResult {
  return { tool, outcome: 'fault', message };
}

/** Policy or a person said no, or nobody will say yes any more. */
export function resultOfStopped(
  tool: ProposalTool,
  { outcome, message, approvalId, feedback }: Exclude<SettledRun, { outcome: 'allowed' }>,
): ProposalResult {
  return {
    tool,
    outcome,
    message: message.replace(/^sallyport: /, ''),
    ...(approvalId !== undefined && { approvalId }),
    ...(feedback !== undefined && { feedback }),
  };
}
