import { AccessProfile, IgnoreList } from './access-profile.ts';
import { ConfigOrigin } from './config-origin.ts';
import { RuleSet } from './rule.ts';
import { z } from './zod.ts';

export const SandboxMode = z.enum(['read-only', 'workspace-write', 'danger-full-access']);
export type SandboxMode = z.infer<typeof SandboxMode>;

/** Per category: `true` asks as on-request would, `false` refuses without asking. */
export const GranularPolicy = z.strictObject({
  sandbox_approval: z.boolean(),
  rules: z.boolean(),
  mcp_elicitations: z.boolean(),
  request_permissions: z.boolean().default(false),
  skill_approval: z.boolean().default(false),
});
export type GranularPolicy = z.infer<typeof GranularPolicy>;

export const ApprovalPolicy = z.union([
  z.enum(['untrusted', 'on-request', 'never']),
  z.strictObject({ granular: GranularPolicy }),
]);
export type ApprovalPolicy = z.infer<typeof ApprovalPolicy>;

export const AskOnRisk = z.enum(['medium', 'high', 'critical', 'off']);
export type AskOnRisk = z.infer<typeof AskOnRisk>;

/** Which variables of the opener's environment a session gets. */
export const EnvironmentPolicy = z.strictObject({
  /** Names (with `*`) that are passed although they look like secrets. */
  include: z.array(z.string()).default([]),
  /** Names (with `*`) that are never passed. */
  exclude: z.array(z.string()).default([]),
  /** Values that are set last. */
  set: z.record(z.string(), z.string()).default({}),
});
export type EnvironmentPolicy = z.infer<typeof EnvironmentPolicy>;

/** A limit in a configuration file: a size, count or duration as typed there, or `off`. */
const LimitText = z.union([z.string(), z.int().positive()]);

/** Hosts as typed in lists: `example.com`, `*.example.com`, `**.example.com`, `*`, each with `:port` if wanted. */
export const HostLists = z.strictObject({
  allow: z.array(z.string()).default([]),
  deny: z.array(z.string()).default([]),
});
export type HostLists = z.infer<typeof HostLists>;

/** How programs reach hosts when the network is not simply on. */
export const NetworkSettings = HostLists.extend({
  /** Address of the proxy through which this machine reaches the world; null: none. */
  proxy: z.string().nullable().default(null),
  /** Real path of certificates (PEM) that programs are to trust besides the usual ones; null: none. */
  caFile: z.string().nullable().default(null),
});
export type NetworkSettings = z.infer<typeof NetworkSettings>;

/** What a launch may use at most; null: no limit of ours. */
export const Limits = z.strictObject({
  processes: z.int().positive().nullable().default(null),
  memoryBytes: z.int().positive().nullable().default(null),
  /** Of one file. */
  fileBytes: z.int().positive().nullable().default(null),
  /** Of one process. */
  openFiles: z.int().positive().nullable().default(null),
  /** From the start of a script or program to its end. */
  wallTimeMs: z.int().positive().nullable().default(null),
});
export type Limits = z.infer<typeof Limits>;

/** No host is named. */
export const NO_HOSTS: NetworkSettings = NetworkSettings.parse({});

/** A permission profile as lists of paths and hosts. */
const ListProfile = z.strictObject({
  description: z.string().optional(),
  extends: z.string().optional(),
  filesystem: z
    .strictObject({
      read: z.array(z.string()).optional(),
      write: z.array(z.string()).optional(),
      deny: z.array(z.string()).optional(),
    })
    .optional(),
  network: HostLists.partial().optional(),
});

/**
 * The keys that a configuration file may hold, exactly as typed there, all optional. Durations are strings such as
 * `24h` or `30m`; sizes strings such as `1GiB` or a number of bytes; paths may begin with `~`.
 */
export const ConfigFile = z.strictObject({
  sandbox_mode: SandboxMode.optional(),
  approval_policy: z.union([ApprovalPolicy, z.literal('on-failure')]).optional(),
  ask_on_risk: AskOnRisk.optional(),
  approval_expiry: z.string().optional(),
  shell: z.string().optional(),
  exec_gate: z.boolean().optional(),
  tmp: z.enum(['private', 'shared']).optional(),
  tmp_size: z.union([z.string(), z.int().positive()]).optional(),
  protect_secrets: z.boolean().optional(),
  protected_paths: z.array(z.string()).optional(),
  sandbox_workspace_write: z
    .strictObject({
      writable_roots: z.array(z.string()).optional(),
      network_access: z.boolean().optional(),
      exclude_tmpdir_env_var: z.boolean().optional(),
      exclude_slash_tmp: z.boolean().optional(),
    })
    .optional(),
  shell_environment_policy: EnvironmentPolicy.partial().optional(),
  approvals_reviewer: z.enum(['user', 'guardian_subagent', 'auto_review']).optional(),
  permission_profile: ListProfile.optional(),
  permission_profiles: z.record(z.string(), ListProfile).optional(),
  /** Codex's form: maps from paths and hosts to what is allowed. */
  permissions: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
  default_permissions: z.string().optional(),
  network: z.strictObject({ proxy: z.string().optional(), ca_file: z.string().optional() }).optional(),
  limits: z
    .strictObject({
      max_processes: LimitText.optional(),
      max_memory: LimitText.optional(),
      max_file_size: LimitText.optional(),
      max_open_files: LimitText.optional(),
      max_time: LimitText.optional(),
    })
    .optional(),
  profile: z.string().optional(),
  /** Each holds any of these keys but `profile`, `profiles` and `projects`. */
  profiles: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
  projects: z
    .record(z.string(), z.strictObject({ trust_level: z.enum(['untrusted', 'trusted', 'full']).optional() }))
    .optional(),
  /** What else stands in them is for the program that starts the server. */
  mcp_servers: z.record(z.string(), z.looseObject({ trust_hints: z.boolean().optional() })).optional(),
  skill_folders: z.array(z.string()).optional(),
  guardian: z
    .strictObject({
      provider: z.string().optional(),
      model: z.string().optional(),
      timeout_ms: z.int().min(1000).max(600_000).optional(),
      on_failure: z.enum(['ask', 'refuse']).optional(),
    })
    .optional(),
  model: z.string().optional(),
  model_reasoning_effort: z.string().optional(),
  default_agent: z.string().optional(),
  smart_approvals: z.boolean().optional(),
  guardian_approval: z.boolean().optional(),
  features: z
    .looseObject({ smart_approvals: z.boolean().optional(), guardian_approval: z.boolean().optional() })
    .optional(),
});
export type ConfigFile = z.infer<typeof ConfigFile>;

/** What the requirements of this machine deny, with the place: nobody can grant it. */
const ManagedDeny = z.object({
  /** Absolute; real as far as it exists. Each with all below it. */
  paths: z.array(z.object({ path: z.string(), origin: ConfigOrigin })).default([]),
  /** Entries as they stand in `network.deny` too. */
  hosts: z.array(z.object({ text: z.string(), origin: ConfigOrigin })).default([]),
});

/** What the requirements of this machine leave of a choice; a part is absent where they say nothing of it. */
const ManagedChoices = z.object({
  sandboxModes: z.array(SandboxMode).optional(),
  /** `granular` stands for every table. */
  approvalPolicies: z.array(z.enum(['untrusted', 'on-request', 'never', 'granular'])).optional(),
  /** Those that ask as much as is demanded, or more. */
  askOnRisk: z.array(AskOnRisk).optional(),
  networkAccess: z.array(z.boolean()).optional(),
  protectSecrets: z.array(z.boolean()).optional(),
});

/**
 * The configuration in force for a session: every value resolved, every path absolute and real. This is the content of
 * `config/snapshot`; with the facts of a judgement it lets the judgement be computed again later.
 */
export const ConfigSnapshot = z.object({
  sandboxMode: SandboxMode,
  approvalPolicy: ApprovalPolicy,
  askOnRisk: AskOnRisk,
  approvalExpiryMs: z.int().positive(),
  shell: z.string(),
  /** The kernel gate also without a wall. */
  execGate: z.boolean(),
  /** Folder that the session works in; real path. */
  workspace: z.string(),
  /** Real paths that may be written, the workspace first (none in read-only). */
  writableRoots: z.array(z.string()),
  tmp: z.enum(['private', 'shared']),
  tmpWritable: z.boolean(),
  tmpSizeBytes: z.int().positive(),
  networkAccess: z.boolean(),
  network: NetworkSettings.prefault({}),
  limits: Limits.prefault({}),
  protectSecrets: z.boolean(),
  /** Real paths of secrets that exist on this machine and are masked. */
  secretPaths: z.array(z.string()),
  /** Names that are read-only wherever they are below a writable root. */
  protectedNames: z.array(z.string()),
  /** Further absolute paths that are read-only although below a writable root. */
  protectedPaths: z.array(z.string()),
  environment: EnvironmentPolicy,
  home: z.string(),
  /** The permission profile in force, in place of the mode's own lists; null: the mode's. */
  profile: AccessProfile.nullable().default(null),
  ignored: IgnoreList.nullable().default(null),
  rules: RuleSet.prefault({}),
  /** Who answers questions first. */
  approvalsReviewer: z.enum(['user', 'guardian_subagent']).default('user'),
  /** MCP servers whose hint that a tool only reads is believed. */
  trustedMcpServers: z.array(z.string()).default([]),
  /** Real paths; programs below one are those of a skill or plugin. */
  skillFolders: z.array(z.string()).default([]),
  /** Absent where the machine has no requirements that deny something. */
  managedDeny: ManagedDeny.optional(),
  /** Absent where the machine has no requirements that bound one of these choices. */
  managedChoices: ManagedChoices.optional(),
});
export type ConfigSnapshot = z.infer<typeof ConfigSnapshot>;
