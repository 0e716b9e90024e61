import type { ConfigSnapshot, Judgement, Reason } from '../protocol/index.ts';
import { decideByPolicy } from './judge-policy.ts';
import { showText } from './judge-show.ts';

/** A call of a tool of an MCP server, with what the server says of the tool. */
export interface McpCall {
  readonly server: string;
  readonly tool: string;
  /** The server's own word that the tool only reads. */
  readonly readOnlyHint: boolean;
}

function reasonFor({ server, tool, readOnlyHint }: McpCall, isTrusted: boolean): Reason {
  const named = `${showText(tool)} of the server ${showText(server)}`;
  if (!readOnlyHint) return { code: 'mcp', text: `It calls ${named}, which may change something.` };
  if (isTrusted)
    return {
      code: 'mcp-hinted',
      text: `It calls ${named}, which only reads by the word of a server whose hints are trusted.`,
    };
  return {
    code: 'mcp',
    text: `It calls ${named}; that it only reads is the word of a server whose hints are not trusted.`,
  };
}

/** The verdict on a call of a tool. A server's hint counts only where the user's own configuration trusts it. */
export function judgeMcpCall(call: McpCall, snapshot: ConfigSnapshot): Judgement {
  const isTrusted = snapshot.trustedMcpServers.includes(call.server);
  const row = call.readOnlyHint && isTrusted ? 'mcp-hinted' : 'mcp';
  const { verdict, reason } = decideByPolicy(row, snapshot);
  return { verdict, category: 'mcp', reasons: [reasonFor(call, isTrusted), reason], risk: null };
}
