/**
 * Keys that are known by name but not acted on. Codex's own keys say nothing about what may be done here: they are
 * passed over with a warning. Keys that would change what is allowed but stand in the wrong place are an error: passing
 * them over would be a silent default.
 */

/** Top-level keys of Codex's `config.toml` (its published configuration reference). */
const CODEX_KEYS = new Set([
  'model_provider',
  'model_providers',
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

/** Keys that would change what is allowed and stand elsewhere, with the way out. */
const MISPLACED_KEYS: ReadonlyMap<string, string> = new Map([
  ['rules', 'Rules stand in files: rules/*.rules beside the configuration file'],
  ['hooks', 'Leave it out: hooks stand in the settings of the agent'],
  ['trust_level', 'Write it below a section that names the folder: [projects."/path/of/the/folder"]'],
  ['presets', 'Leave it out: a preset is chosen with --preset'],
]);

/** What to do about a key that is known and stands in the wrong place. */
export function findMisplaced(name: string): string | undefined {
  return MISPLACED_KEYS.get(name);
}

/** How a key that no setting has is dealt with. */
export function judgeForeignKey(name: string): 'codex' | 'misplaced' | 'unknown' {
  if (MISPLACED_KEYS.has(name)) return 'misplaced';
  const [top = ''] = name.split('.');
  const isCodex = CODEX_KEYS.has(name) || CODEX_KEYS.has(top) || name.startsWith('experimental_');
  return isCodex ? 'codex' : 'unknown';
}
