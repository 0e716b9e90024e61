import type { Random } from './seeded-random.ts';

/** Pieces that break a document, or would widen what is allowed. */
const PIECES: readonly string[] = [
  ...[
    '=',
    '[',
    ']',
    '[[',
    ']]',
    '{',
    '}',
    '"',
    "'",
    '"""',
    "'''",
    ',',
    '.',
    '#',
    '\n',
    '\r',
    '\r\n',
    '\0',
    '\\',
    '\t',
  ],
  ...[
    '\\u202e',
    '\u202e',
    '\ufeff',
    '\u200b',
    '\\x00',
    '1e999',
    '-0',
    'nan',
    'inf',
    '1979-05-27',
    '0x10',
    '""',
    "''",
  ],
  ...[
    'true',
    'false',
    '"/"',
    '["/"]',
    '"~"',
    '"off"',
    '"*"',
    '["*"]',
    '"never"',
    '"full"',
    '"danger-full-access"',
  ],
  'sandbox_mode = "danger-full-access"\n',
  'approval_policy = "never"\n',
  'protect_secrets = false\n',
  'ask_on_risk = "off"\n',
  'exec_gate = false\n',
  'tmp = "shared"\n',
  'sandbox_workspace_write.writable_roots = ["/", "~", "/etc"]\n',
  'sandbox_workspace_write.network_access = true\n',
  '[sandbox_workspace_write]\nnetwork_access = true\nwritable_roots = ["/var/tmp"]\n',
  '[shell_environment_policy]\ninclude = ["*"]\n',
  '[permission_profile.filesystem]\nwrite = ["~", "/etc"]\n',
  '[permission_profile.network]\nallow = ["*"]\n',
  'default_permissions = ":danger-full-access"\n',
  'default_permissions = "p"\n[permissions.p.filesystem]\n":root" = "write"\n',
  '[projects."/"]\ntrust_level = "full"\n',
  '[profiles.x]\nsandbox_mode = "danger-full-access"\n',
  'profile = "x"\n',
  '[limits]\nmax_memory = "off"\nmax_time = "off"\n',
  '__proto__ = { sandbox_mode = "danger-full-access" }\n',
  '[constructor.prototype]\nsandbox_mode = "danger-full-access"\n',
  'smart_approvals = true\n',
  '[mcp_servers.any]\ntrust_hints = true\n',
];

const VALUES: readonly string[] = [
  ...[
    'true',
    'false',
    '"off"',
    '"never"',
    '"untrusted"',
    '"critical"',
    '"medium"',
    '"read-only"',
    '[]',
    '1',
    '9999',
  ],
  ...[
    '["/"]',
    '["~/cache", "/etc"]',
    '["*"]',
    '["example.com"]',
    '["*.example.com:443"]',
    '"danger-full-access"',
  ],
];

function pick(items: readonly string[], random: Random): string {
  return items[Math.floor(random() * items.length)] ?? '';
}

/** Changes whole lines and values, so that the document mostly stays one. */
function changeLine(text: string, random: Random): string {
  const lines = text.split('\n');
  const at = Math.floor(random() * lines.length);
  const line = lines[at] ?? '';
  const kind = random();
  if (kind < 0.5) lines[at] = line.replace(/=.*/, `= ${pick(VALUES, random)}`);
  else if (kind < 0.7) lines.splice(at, 1);
  else lines.splice(kind < 0.9 ? 0 : lines.length, 0, pick(PIECES, random).trimEnd());
  return lines.join('\n');
}

/** Changes characters anywhere. */
function changeText(text: string, random: Random): string {
  const at = Math.floor(random() * (text.length + 1));
  const end = Math.min(text.length, at + Math.floor(random() * 20));
  const kind = random();
  if (kind < 0.4) return text.slice(0, at) + pick(PIECES, random) + text.slice(at);
  if (kind < 0.7) return text.slice(0, at) + text.slice(end);
  if (kind < 0.85) return text.slice(0, at) + text.slice(at, end).repeat(3) + text.slice(end);
  return text.slice(at) + text.slice(0, at);
}

/** The same document with one to four changes. */
export function mutateToml(text: string, random: Random): string {
  const change = random() < 0.6 ? changeLine : changeText;
  let mutated = text;
  for (let count = 1 + Math.floor(random() * 4); count > 0; count--) mutated = change(mutated, random);
  return mutated;
}
