/** Profiles around the tree of `profile-walls.test.ts`; BASE is the folder that holds it, and the workspace is BASE/ws. */
export interface WallProfile {
  readonly name: string;
  readonly toml: string;
  readonly ignore?: string;
}

export const WALL_PROFILES: readonly WallProfile[] = [
  { name: 'built-in workspace', toml: 'default_permissions = ":workspace"' },
  { name: 'built-in read-only', toml: 'default_permissions = ":read-only"' },
  { name: 'only the workspace is read', toml: 'permission_profile.filesystem.read = ["${workspace}"]' },
  {
    name: 'only the workspace is read and written',
    toml: 'permission_profile.filesystem = { read = [], write = ["${workspace}"] }',
  },
  {
    name: 'denied files and folders in a writable one',
    toml: 'permission_profile.filesystem = { write = ["${workspace}"], deny = ["${workspace}/.env", "BASE/ws/secrets"] }',
  },
  {
    name: 'read below write',
    toml: 'permission_profile.filesystem = { read = ["/", "BASE/ws/sub"], write = ["BASE/ws"] }',
  },
  {
    name: 'write below read below write',
    toml: 'permission_profile.filesystem = { read = ["BASE/ws/sub"], write = ["BASE/ws", "BASE/ws/sub/deep"] }',
  },
  {
    name: 'read and write below deny',
    toml: 'permission_profile.filesystem = { read = ["/", "BASE/ws/docs/priv"], write = ["BASE/ws", "BASE/ws/docs/priv/open"], deny = ["BASE/ws/docs"] }',
  },
  {
    name: 'patterns',
    toml: 'permission_profile.filesystem = { write = ["BASE/ws"], deny = ["${workspace}/**/*.log", "${workspace}/.env*", "~/notes/*/p"] }',
  },
  {
    name: 'the form of Codex',
    toml: `default_permissions = "c"
[permissions.c.filesystem]
":minimal" = "read"
":slash_tmp" = "write"
"BASE/other" = { "." = "read", "in" = "write" }
[permissions.c.filesystem.":workspace_roots"]
"." = "write"
"docs" = "read"
"secrets" = "none"
"**/*.log" = "deny"`,
  },
  {
    name: 'one file of a secret folder, and all of another',
    toml: 'permission_profile.filesystem = { read = ["${workspace}", "~/.ssh/known_hosts", "~/.aws"] }',
  },
  {
    name: 'the home folder but for a part',
    toml: 'permission_profile.filesystem = { read = ["~"], write = ["${workspace}"], deny = ["~/notes/private"] }',
  },
  {
    name: 'what extends another',
    toml: `default_permissions = "child"
[permission_profiles.parent]
extends = ":workspace"
filesystem.deny = ["BASE/other", "BASE/ws/secrets"]
[permission_profiles.child]
extends = "parent"
filesystem.write = ["BASE/other/in", "BASE/ws/secrets"]`,
  },
  { name: 'hidden by .sallyportignore', toml: '', ignore: '*.log\n/docs/*\n!/docs/a.md\n.env*\nsecrets/\n' },
];
