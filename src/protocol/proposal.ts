import { AccessGrant, GrantScope } from './grant.ts';
import { ApprovalId } from './ids.ts';
import { RunOutcome } from './step.ts';
import { ToolArguments } from './tool-arguments.ts';
import { z } from './zod.ts';

const Path = z.string().min(1).max(4096);
const Reason = z.string().max(2000);
/** Who of the agent's own delegated agents asks; shown behind the agent's name. */
const agent_name = z
  .string()
  .min(1)
  .max(80)
  .optional()
  .describe('The name of the delegated agent that asks, where it is not the main one.');
const ToolName = z.string().min(1).max(128);

/** Access beyond the session's, in the words of the `request_permissions` tool. */
export const RequestedPermissions = z.strictObject({
  file_system: z
    .strictObject({ read: z.array(Path).max(64).default([]), write: z.array(Path).max(64).default([]) })
    .prefault({}),
  /** Hosts as `example.com` or `example.com:8443`. */
  network: z
    .strictObject({
      allow: z
        .array(z.string().min(1).max(300))
        .max(64)
        .default([])
        .describe('Hosts to reach, such as example.com or example.com:8443.'),
    })
    .prefault({}),
});
export type RequestedPermissions = z.infer<typeof RequestedPermissions>;

/** What a program of a session may propose, one shape for each tool. Nothing in them answers or changes anything. */
export const proposals = {
  /** A script, run as a script of the session. */
  shell: z.strictObject({
    script: z.string().min(1).max(131_072).describe('A bash script. Each command in it is judged by itself.'),
    cwd: Path.optional().describe(
      "Where it runs: absolute, or from the session's folder, which is the default.",
    ),
    additional_permissions: RequestedPermissions.optional().describe(
      'Access beyond the sandbox that this script needs; a person is asked, and it is open only while it runs.',
    ),
    reason: Reason.optional().describe('Why it is needed, for the person who is asked.'),
    agent_name,
  }),
  /** A patch in the `*** Begin Patch` form, or a unified diff. */
  apply_patch: z.strictObject({
    patch: z
      .string()
      .min(1)
      .max(1_048_576)
      .describe(
        '"*** Begin Patch", then "*** Add File: ", "*** Update File: " (with "*** Move to: ") or "*** Delete File: " sections, "*** End Patch"; or a unified diff. All files are changed, or none.',
      ),
    cwd: Path.optional().describe("What its paths begin at: absolute, or from the session's folder."),
    reason: Reason.optional().describe('Why, for the person who is asked.'),
    agent_name,
  }),
  request_permissions: z.strictObject({
    reason: Reason.min(1).describe('Why it is needed, for the person who is asked.'),
    permissions: RequestedPermissions,
    agent_name,
  }),
  /** A call of a tool of some MCP server, asked about before the agent makes it by itself. Nothing of it is done here. */
  mcp_call: z.strictObject({
    server: ToolName.describe('The name of the MCP server, as it is in the configuration.'),
    tool: ToolName,
    arguments: ToolArguments.default({}),
    read_only_hint: z
      .boolean()
      .optional()
      .describe(
        'What the server says of the tool. It counts only where the user trusts hints of this server.',
      ),
    reason: Reason.optional().describe('Why, for the person who is asked.'),
    agent_name,
  }),
} as const;
export type ProposalTool = keyof typeof proposals;
export type ProposalInput<T extends ProposalTool> = z.output<(typeof proposals)[T]>;

export const PROPOSAL_TOOLS = ['shell', 'apply_patch', 'request_permissions', 'mcp_call'] as const;

/** Those that a tool server has: an agent that calls a tool to ask whether it may call another would ask nobody's client. */
export const SERVED_TOOLS = ['shell', 'apply_patch', 'request_permissions'] as const;
export type ServedTool = (typeof SERVED_TOOLS)[number];

/** A proposal with the tool it is for. */
export const Proposal = z.discriminatedUnion('tool', [
  z.strictObject({ tool: z.literal('shell'), input: proposals.shell }),
  z.strictObject({ tool: z.literal('apply_patch'), input: proposals.apply_patch }),
  z.strictObject({ tool: z.literal('request_permissions'), input: proposals.request_permissions }),
  z.strictObject({ tool: z.literal('mcp_call'), input: proposals.mcp_call }),
]);
export type Proposal = z.infer<typeof Proposal>;

/** What came of a proposal, for whoever made it. */
export const ProposalResult = z.object({
  tool: z.enum(PROPOSAL_TOOLS),
  /** `ran`: it was done, or, for a call that was asked about, it is allowed; `fault`: it could not be tried. Else why not. */
  outcome: z.enum([...RunOutcome.options, 'fault']),
  /** One sentence or line; feedback of a person is in it. */
  message: z.string(),
  approvalId: ApprovalId.optional(),
  /** What a person said with a no. */
  feedback: z.string().optional(),
  exitCode: z.int().optional(),
  /** What a script printed, both streams in order as they came, masked; the middle is left out where it is long. */
  output: z.string().optional(),
  /** Bytes of the output that are not in it. */
  outputCutBytes: z.int().min(0).optional(),
  /** Of a patch: what was written. */
  files: z.array(z.object({ path: z.string(), change: z.string() })).optional(),
  granted: AccessGrant.optional(),
  notGranted: AccessGrant.optional(),
  scope: GrantScope.optional(),
});
export type ProposalResult = z.infer<typeof ProposalResult>;
