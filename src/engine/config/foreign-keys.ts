/**
 * Keys that are known by name but not acted on. Codex's own keys say nothing about what may be done here: they are
 * passed over with a warning. Keys that would change what is allowed or who decides are an error unless they say what
 * holds anyway: passing them over would be a silent default.
 */

/** Top-level keys of Codex's `config.toml` (its published configuration reference). */
const CODEX_KEYS = new Set([
  'model',
  'model_provider',
  'model_providers',
  'model_reasoning_effort',
  'model_reasoning_summary',
  'model_verbosity',
  'model_context_window',
  'model_max_output_tokens',
  'model_auto_compact_token_limit',
  'model_supports_reasoning_summaries',
  'model_instructions_file',
  'review_model',
  'plan_mode_reasoning_effort',
  'service_tier',
  'personality',
  'instructions',
  'developer_instructions',
  'compact_prompt',
  'project_doc_max_bytes',
  'project_doc_fallback_filenames',
  'project_root_markers',
  'projects',
  'mcp_servers',
  'mcp_oauth_credentials_store',
  'notify',
  'tui',
  'history',
  'tools',
  'tool_output_token_limit',
  'web_search',
  'file_opener',
  'hide_agent_reasoning',
  'show_raw_agent_reasoning',
  'chatgpt_base_url',
  'forced_login_method',
  'forced_chatgpt_workspace_id',
  'cli_auth_credentials_store',
  'disable_paste_burst',
  'check_for_update_on_startup',
  'suppress_unstable_features_warning',
  'background_terminal_max_timeout',
  'commit_attribution',
  'allow_login_shell',
  'log_dir',
  'sqlite_home',
  'zsh_path',
  'otel',
  'analytics',
  'feedback',
  'apps',
  'agents',
  'memories',
  'skills',
  'plugins',
  'features',
  'windows',
  'windows_wsl_setup_acknowledged',
  'shell_environment_policy.inherit',
  'shell_environment_policy.ignore_default_excludes',
  'shell_environment_policy.include_only',
  'shell_environment_policy.experimental_use_profile',
]);

/** Keys that this version does not act on; with the value, if any, that says what holds anyway. */
const UNSUPPORTED_KEYS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['profile', 'default'],
  ['profiles', undefined],
  ['permission_profile.filesystem', undefined],
  ['permission_profile.extends', undefined],
  ['permission_profiles', undefined],
  ['permissions', undefined],
  ['default_permissions', undefined],
  ['approvals_reviewer', 'user'],
  ['guardian', undefined],
  ['guardian_approval', false],
  ['smart_approvals', false],
  ['features.guardian_approval', false],
  ['features.smart_approvals', false],
  ['rules', undefined],
  ['hooks', undefined],
  ['trust_level', undefined],
  ['default_agent', undefined],
  ['presets', undefined],
]);

/** True for a table of Codex in which some key must be looked at. */
export function hasUnsupportedKeys(name: string): boolean {
  return [...UNSUPPORTED_KEYS.keys()].some((unsupported) => unsupported.startsWith(`${name}.`));
}

/** How a key that no setting has is dealt with. */
export function judgeForeignKey(
  name: string,
  value: unknown,
): 'codex' | 'harmless' | 'unsupported' | 'unknown' {
  if (UNSUPPORTED_KEYS.has(name)) {
    const harmless = UNSUPPORTED_KEYS.get(name);
    return harmless !== undefined && harmless === value ? 'harmless' : 'unsupported';
  }
  const [top = ''] = name.split('.');
  const isCodex = CODEX_KEYS.has(name) || CODEX_KEYS.has(top) || name.startsWith('experimental_');
  return isCodex ? 'codex' : 'unknown';
}
