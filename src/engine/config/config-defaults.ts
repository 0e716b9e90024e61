import type { ConfigLayer } from './collect-entries.ts';

/** What holds where nothing is configured: write in the workspace, ask at its border. */
const DEFAULTS: Readonly<Record<string, unknown>> = {
  sandbox_mode: 'workspace-write',
  approval_policy: 'on-request',
  ask_on_risk: 'high',
  approval_expiry: '24h',
  shell: '/bin/bash',
  exec_gate: false,
  tmp: 'private',
  tmp_size: '1GiB',
  protect_secrets: true,
  protected_paths: [],
  'sandbox_workspace_write.writable_roots': [],
  'sandbox_workspace_write.network_access': false,
  'sandbox_workspace_write.exclude_tmpdir_env_var': false,
  'sandbox_workspace_write.exclude_slash_tmp': false,
  'shell_environment_policy.include': [],
  'shell_environment_policy.exclude': [],
  'shell_environment_policy.set': {},
  'permission_profile.network.allow': [],
  'permission_profile.network.deny': [],
  'network.proxy': 'off',
  'network.ca_file': 'off',
  'limits.max_processes': 4096,
  'limits.max_memory': '80%',
  'limits.max_file_size': 'off',
  'limits.max_open_files': 'off',
  'limits.max_time': 'off',
};

/** The weakest layer; it has every key. */
export const DEFAULT_LAYER: ConfigLayer = {
  entries: Object.entries(DEFAULTS).map(([key, value]) => ({ key, value, origin: { layer: 'defaults' } })),
  warnings: [],
};
