/** Who answers questions first, whose word about tools is believed, and what is kept for others and used by nobody here. */
import type { ConfigSnapshot } from '../../protocol/index.ts';
import { isTable } from './check-value.ts';
import { originBelow, showOrigin } from './config-origins.ts';
import { type MergedEntry, readPart } from './merge-layers.ts';
import { makeAbsolute, resolveExistingPart } from './resolve-paths.ts';

type Merged = ReadonlyMap<string, MergedEntry>;

export interface ResolvedReviewer
  extends Pick<ConfigSnapshot, 'approvalsReviewer' | 'trustedMcpServers' | 'skillFolders'> {
  readonly warnings: readonly string[];
}

/** Keys about an agent: it reads its own settings. */
const OF_AGENTS = ['model', 'model_reasoning_effort'];

function isSet(entry: MergedEntry | undefined): entry is MergedEntry {
  return entry !== undefined && entry.origin.layer !== 'defaults';
}

function warnOfReviewer(merged: Merged): string[] {
  const reviewer = merged.get('approvals_reviewer');
  const model = merged.get('guardian.model');
  if (reviewer?.value === 'guardian_subagent') {
    const why = isSet(model) ? 'this version asks no reviewing model' : 'no reviewing model is set up';
    return [
      `${showOrigin(reviewer.origin)}: approvals_reviewer "guardian_subagent": ${why}, so every question goes to a person`,
    ];
  }
  return isSet(model)
    ? [`${showOrigin(model.origin)}: guardian.model is kept, but this version asks no reviewing model`]
    : [];
}

function warnOfKept(merged: Merged): string[] {
  return OF_AGENTS.map((key) => merged.get(key))
    .filter(isSet)
    .map(({ key, origin }) => `${showOrigin(origin)}: ${key} is kept, and passed to nobody`);
}

/** The servers that are believed, by name. Only the name that a call goes by is known, never what answers it. */
function listTrusted(servers: MergedEntry | undefined): { names: string[]; warnings: string[] } {
  const table = isTable(servers?.value) ? servers.value : {};
  const hint = (server: unknown): unknown => readPart(server, ['trust_hints']);
  const names = Object.keys(table).filter((name) => hint(table[name]) === true);
  const other = Object.keys(table).find((name) => hint(table[name]) === undefined);
  if (servers === undefined || other === undefined) return { names, warnings: [] };
  const place = showOrigin(originBelow(servers.origin, [other], true));
  return { names, warnings: [`${place}: of mcp_servers only trust_hints counts here; nothing is started`] };
}

/** Reads them of merged values; `ofAgent` are folders of skills that the session's agent has. */
export function resolveReviewer(
  merged: Merged,
  home: string,
  ofAgent: readonly string[] = [],
): ResolvedReviewer {
  const servers = listTrusted(merged.get('mcp_servers'));
  const configured = merged.get('skill_folders')?.value;
  const folders = [...(Array.isArray(configured) ? configured : []).map(String), ...ofAgent];
  return {
    approvalsReviewer:
      merged.get('approvals_reviewer')?.value === 'guardian_subagent' ? 'guardian_subagent' : 'user',
    trustedMcpServers: servers.names,
    skillFolders: [
      ...new Set(folders.map((folder) => resolveExistingPart(makeAbsolute(folder, home, home)))),
    ],
    warnings: [...warnOfKept(merged), ...warnOfReviewer(merged), ...servers.warnings],
  };
}
