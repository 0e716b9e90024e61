/**
 * The settings of git that run no program and read no further file: https://git-scm.com/docs/git-config. Everything else
 * counts as one that does, so that what later versions of git invent is told too.
 */
import { resolve } from 'node:path';
import { isInside } from './path-inside.ts';
import type { GitSetting } from './read-git-config.ts';

const ALL = 'all';
type Keys = ReadonlySet<string> | typeof ALL;

const keys = (words: string): Keys => new Set(words.split(' '));

/** Without a part between section and key. */
const PLAIN: ReadonlyMap<string, Keys> = new Map([
  [
    'core',
    keys(
      'repositoryformatversion filemode bare logallrefupdates ignorecase precomposeunicode symlinks autocrlf eol safecrlf ' +
        'hidedotfiles protecthfs protectntfs trustctime checkstat quotepath ignorestat prefersymlinkrefs sharedrepository ' +
        'warnambiguousrefs compression loosecompression packedgitwindowsize packedgitlimit deltabasecachelimit ' +
        'bigfilethreshold commentchar commentstring filesreflocktimeout packedrefstimeout whitespace fsync fsyncmethod ' +
        'fsyncobjectfiles preloadindex createobject notesref sparsecheckout sparsecheckoutcone abbrev longpaths fscache ' +
        'splitindex untrackedcache usereplacerefs commitgraph multipackindex maxtreedepth',
    ),
  ],
  [
    'extensions',
    keys('objectformat compatobjectformat refstorage worktreeconfig relativeworktrees preciousobjects noop'),
  ],
  ['user', keys('name email signingkey useconfigonly')],
  ['author', keys('name email')],
  ['committer', keys('name email')],
  ['branch', keys('autosetupmerge autosetuprebase sort')],
  ['remote', keys('pushdefault')],
  ['checkout', keys('defaultremote guess workers thresholdforparallelism')],
  ['submodule', keys('active recurse fetchjobs propagatebranches alternatelocation alternateerrorstrategy')],
  ['init', keys('defaultbranch defaultobjectformat defaultrefformat')],
  ['pull', keys('ff rebase')],
  ['push', keys('default autosetupremote followtags recursesubmodules useforceifincludes negotiate')],
  [
    'fetch',
    keys('prune prunetags all parallel fsckobjects showforcedupdates recursesubmodules writecommitgraph'),
  ],
  [
    'merge',
    keys('conflictstyle ff stat log renames renamelimit directoryrenames autostash branchdesc verbosity'),
  ],
  [
    'diff',
    keys(
      'algorithm autorefreshindex context interhunkcontext renames renamelimit colormoved colormovedws mnemonicprefix ' +
        'noprefix indentheuristic suppressblankempty statgraphwidth submodule ignoresubmodules relative wserrorhighlight',
    ),
  ],
  ['status', keys('short branch aheadbehind relativepaths renames renamelimit showstash showuntrackedfiles')],
  ['log', keys('date decorate abbrevcommit follow graphcolors showroot')],
  ['rebase', keys('autostash autosquash stat abbreviatecommands updaterefs missingcommitscheck forkpoint')],
  ['commit', keys('cleanup status verbose')],
  [
    'gc',
    keys(
      'auto autopacklimit autodetach packrefs pruneexpire worktreepruneexpire reflogexpire reflogexpireunreachable ' +
        'bigpackthreshold writecommitgraph cruftpacks aggressivedepth aggressivewindow',
    ),
  ],
  ['maintenance', keys('auto autodetach strategy')],
  [
    'pack',
    keys('threads window windowmemory depth compression packsizelimit usesparse usebitmaps writebitmaps'),
  ],
  ['index', keys('sparse threads version skiphash recordendofindexentries recordoffsettable')],
  ['feature', keys('manyfiles')],
  ['rerere', keys('enabled autoupdate')],
  [
    'receive',
    keys('denycurrentbranch denynonfastforwards denydeletes denydeletecurrent fsckobjects unpacklimit'),
  ],
  ['transfer', keys('fsckobjects unpacklimit hiderefs')],
  ['i18n', keys('commitencoding logoutputencoding')],
  ['apply', keys('whitespace ignorewhitespace')],
  ['grep', keys('linenumber column patterntype extendedregexp')],
  ['tag', keys('sort')],
  ['lfs', keys('repositoryformatversion')],
  ['color', ALL],
  ['column', ALL],
  ['advice', ALL],
]);

/** With one. */
const PARTED: ReadonlyMap<string, Keys> = new Map([
  [
    'remote',
    keys('url pushurl fetch push tagopt prune prunetags mirror skipdefaultupdate skipfetchall gh-resolved'),
  ],
  [
    'branch',
    keys('remote pushremote merge rebase description vscode-merge-base gh-merge-base github-pr-owner-number'),
  ],
  ['submodule', keys('url active branch ignore shallow fetchrecursesubmodules update')],
  ['lfs', keys('access locksverify')],
  ['color', ALL],
]);

/** Those whose value matters, as `section.key`. A branch's remote may be an address too. */
const ADDRESSES = new Set([
  ...['remote.url', 'remote.pushurl', 'remote.pushdefault', 'submodule.url'],
  ...['branch.remote', 'branch.pushremote', 'checkout.defaultremote'],
]);
const UPDATES: ReadonlySet<string | null> = new Set(['checkout', 'rebase', 'merge', 'none']);

/** Where a configuration stands. */
export interface ConfigPlace {
  /** The git folder that it rules. */
  readonly git: string;
  /** The folder whose `.git` that is, or leads there. */
  readonly top: string;
}

/** Whether git runs nothing and reads no other file for it. */
export function isHarmless({ section, part, key, value }: GitSetting, { git, top }: ConfigPlace): boolean {
  const name = `${section}.${key}`;
  // Of a submodule it leads back.
  if (name === 'core.worktree' && part === null) return value !== null && isInside(resolve(git, value), top);
  const known = (part === null ? PLAIN : PARTED).get(section);
  if (known === undefined || (known !== ALL && !known.has(key))) return false;
  if (ADDRESSES.has(name)) return isPlainAddress(value);
  return name !== 'submodule.update' || UPDATES.has(value);
}

/** A path, a name, or an address that git dials itself. Others name a program `git-remote-…`, `ext::` any one. */
function isPlainAddress(value: string | null): boolean {
  if (value === null || value.startsWith('-') || /^[a-z0-9+.-]*::/i.test(value)) return false;
  return (
    !/^[a-z0-9+.-]*:\/\//i.test(value) || /^(https?|ssh|git|file|ftps?|git\+ssh|ssh\+git):\/\//.test(value)
  );
}
