/**
 * When a second file of one folder is asked about, the folder is offered in its place: a cache of many files would else be
 * a question for each. Promises: only for files that are there, in a folder that was opened in part before in the same
 * turn; never a folder of the system, of start files, or one that holds the home folder or the workspace.
 */
import type { ConfigSnapshot, Facts, Judgement } from '../protocol/index.ts';
import { showText } from './judge-show.ts';
import { classifyPath } from './path-access.ts';
import { isAtOrBelow, joinPath, parentOf } from './path-access-join.ts';

/** Whole trees of the system: each file in them is asked about by itself. */
const OF_THE_SYSTEM =
  /^\/(?:(?:bin|boot|dev|etc|lib\w*|proc|run|sbin|sys|usr)(?:\/.*)?|[^/]*|var\/[^/]*|var\/(?:lib|log|spool)\/.*|private\/(?:etc|var|tmp)(?:\/[^/]*)?)$/;

/** Below the home folder: what starts by itself, or belongs to many programs. */
const OF_MANY = new Set(['.config', '.local', '.local/bin', '.local/share', 'bin', 'Library']);
const STARTS_BY_ITSELF = [
  '.config/autostart',
  '.config/systemd',
  '.config/environment.d',
  'Library/LaunchAgents',
];

function mayBeOffered(folder: string, snapshot: ConfigSnapshot): boolean {
  const { home, workspace } = snapshot;
  if (OF_THE_SYSTEM.test(folder) || classifyPath(folder, snapshot) !== 'outside') return false;
  if (isAtOrBelow(home, folder) || isAtOrBelow(workspace, folder)) return false;
  const startFolders = STARTS_BY_ITSELF.map((name) => joinPath(name, home, home));
  const isOfMany = folder.startsWith(`${home}/`) && OF_MANY.has(folder.slice(home.length + 1));
  return !isOfMany && !startFolders.some((place) => isAtOrBelow(folder, place));
}

/** The folder of the one existing file that a grant opens for writing; null for any other grant. */
export function folderOfGrantedFile({ grant }: Pick<Judgement, 'grant'>, facts: Facts): string | null {
  const [path, ...more] = grant?.write ?? [];
  if (grant === undefined || path === undefined) return null;
  if (more.length + grant.read.length + grant.hosts.length + grant.sockets.length > 0) return null;
  const isFile = facts.paths.some(({ real, kind }) => real === path && kind === 'file');
  return isFile ? parentOf(path) : null;
}

/**
 * The judgement on a held call with the folder in place of the file.
 * @param opened by folder, the file in it that was opened before in this turn
 */
export function widenToFolder(
  judgement: Judgement,
  snapshot: ConfigSnapshot,
  facts: Facts,
  opened: ReadonlyMap<string, string>,
): Judgement {
  const folder = judgement.verdict === 'ask' ? folderOfGrantedFile(judgement, facts) : null;
  const { grant } = judgement;
  if (folder === null || grant === undefined) return judgement;
  const before = opened.get(folder);
  if (before === undefined || grant.write.includes(before) || !mayBeOffered(folder, snapshot))
    return judgement;
  const text = `It is not the first file of ${showText(folder)} in this turn (before it: ${showText(before)}), so a yes opens the folder.`;
  return {
    ...judgement,
    reasons: [...judgement.reasons, { code: 'grant-folder', text }],
    grant: { ...grant, write: [folder] },
  };
}
