/** Signs that a step removes or overwrites what cannot be brought back: files, disks, running programs. */
import type { RiskEvidence, Word } from '../../protocol/index.ts';
import { showText } from '../judge-show.ts';
import { costOfTarget, isInWorkspace, isRegenerable } from './removal-target.ts';
import {
  hasFlag,
  indexSigns,
  makeEvidence,
  programOf,
  type RiskContext,
  readIndexedSigns,
} from './risk-context.ts';

const SIGNS = indexSigns([
  {
    programs: 'mkfs mke2fs wipefs blkdiscard fdisk sfdisk parted gdisk format diskpart',
    pattern: /^(mkfs(\.\w+)?|mke2fs|wipefs|blkdiscard|fdisk|sfdisk|parted|gdisk|format|diskpart)\b/,
    score: 9,
    text: 'It rewrites a disk or a partition.',
  },
  {
    programs: 'halt init poweroff reboot shutdown',
    pattern: /^(shutdown|reboot|halt|poweroff|init [06])\b/,
    score: 7,
    text: 'It stops the machine.',
  },
  {
    programs: 'crontab',
    pattern: /^crontab (.* )?-r\b/,
    score: 7,
    text: 'It removes every scheduled job of the user.',
  },
  {
    programs: 'deluser groupdel userdel',
    pattern: /^(userdel|groupdel|deluser)\b/,
    score: 8,
    text: 'It removes an account.',
  },
  {
    programs: 'systemctl',
    pattern: /^systemctl (.* )?(stop|disable|mask|restart|kill)\b/,
    score: 6,
    text: 'It stops or restarts a service of the machine.',
  },
  {
    programs: 'service',
    pattern: /^service \S+ (stop|restart)\b/,
    score: 6,
    text: 'It stops or restarts a service of the machine.',
  },
  {
    programs: 'apt apt-get brew dnf pacman yum',
    pattern: /^(apt|apt-get|dnf|yum|brew|pacman) (.* )?(remove|purge|autoremove|uninstall|-R\w*)\b/,
    score: 6,
    text: 'It removes packages of the machine.',
  },
  {
    programs: 'dpkg rpm',
    pattern: /^(dpkg|rpm) (.* )?(--purge|--remove|-r|-P|-e|--force\S*)\b/,
    score: 7,
    text: 'It removes or forces packages of the machine.',
  },
  {
    programs: 'kill',
    pattern: /^kill (.* )?-1( |$)|^kill -(9|KILL) -1\b/,
    score: 9,
    text: 'It ends every process that it may.',
  },
  {
    programs: 'kill killall pkill stop-process taskkill xkill',
    pattern: /^(kill|pkill|killall|taskkill|stop-process|xkill)\b/,
    score: 4,
    text: 'It ends processes.',
  },
  {
    programs: 'kill killall pkill taskkill',
    pattern:
      /^(pkill|killall|taskkill|kill)\b.*\b(apt|apt-get|dpkg|systemd|sshd|postgres|postgresql|mysqld?|mariadbd?|mongod|redis(-server)?|dockerd?|containerd|nginx|init|launchd|explorer|winlogon)\b/,
    score: 6,
    text: 'It ends a service that others may rely on.',
  },
  {
    programs: 'remove-item ri',
    pattern: /^(remove-item|ri)\b.*(^|\s)-(recurse|r)\b/i,
    score: 8,
    text: 'It removes a folder with all it holds.',
  },
  {
    programs: 'rd rmdir',
    pattern: /^(rd|rmdir)\b.* \/s\b/i,
    score: 8,
    text: 'It removes a folder with all it holds.',
  },
  {
    programs: 'del erase',
    pattern: /^(del|erase)\b.* \/[sq]\b/i,
    score: 7,
    text: 'It removes files without asking.',
  },
  {
    programs: 'rsync',
    pattern: /^rsync\b.* --(delete\S*|remove-source-files)/,
    score: 5,
    text: 'It removes files that are missing at the source.',
  },
  { pattern: /^:\(\)\s*\{/, score: 9, text: 'It starts copies of itself without end.' },
]);

function isOption(text: string): boolean {
  return text.startsWith('-') && text !== '-';
}

function operandsOf(context: RiskContext): Word[] {
  const operands: Word[] = [];
  let hasEnded = false;
  for (const word of context.args) {
    const text = word.value ?? word.text;
    if (!hasEnded && text === '--') hasEnded = true;
    else if (hasEnded || !isOption(text)) operands.push(word);
  }
  return operands;
}

function worstTarget(context: RiskContext, words: readonly Word[], isDeep: boolean): RiskEvidence[] {
  const rows = words.slice(0, 32).map((word) => {
    const cost = costOfTarget(word, isDeep, context);
    const target = showText(word.text, 60);
    const what = isDeep ? `${target} with all it holds` : target;
    return makeEvidence('destroys', cost.score, `It removes ${what}, which ${cost.text}.`, word.text);
  });
  return rows.sort((left, right) => right.score - left.score).slice(0, 4);
}

/** The roots and the name filter of a `find` that leads to a removal. */
interface FindCommand {
  readonly roots: Word[];
  readonly filter: string | null;
}

function readFind(texts: readonly string[], words: readonly Word[]): FindCommand {
  const roots: Word[] = [];
  for (const word of words) {
    if (/^[-(!\\]/.test(word.value ?? word.text)) break;
    roots.push(word);
  }
  const at = texts.findIndex((text) => /^-(i?name|i?path|i?regex|mtime|mmin|size|empty|newer)$/.test(text));
  return {
    roots: roots.length === 0 ? [{ text: '.', value: '.' }] : roots,
    filter: at < 0 ? null : (texts[at + 1] ?? ''),
  };
}

/** A filter by name makes a removal in the workspace smaller, but not one elsewhere. */
function riskOfFind(context: RiskContext, find: FindCommand): RiskEvidence[] {
  const rows = worstTarget(context, find.roots, true);
  if (find.filter === null) return rows;
  const isPlain = isRegenerable(find.filter);
  return rows.map((row) => {
    const named = find.roots.find((word) => word.text === row.quote) ?? { text: '/' };
    const isOwn = isInWorkspace(named, context);
    const score = isOwn ? (isPlain ? 2 : 5) : Math.max(isPlain ? 4 : 6, row.score - 2);
    const what = `files named ${showText(find.filter ?? '', 60)} below ${showText(named.text, 60)}`;
    const kind = isPlain ? 'which tools make anew' : 'wherever they are';
    return makeEvidence(
      'destroys',
      Math.min(score, row.score),
      `It removes ${what}, ${kind}.`,
      context.step.text,
    );
  });
}

/** The `find` that stands around a removal as a wrapper or in front of it in the pipeline. */
function findBefore(context: RiskContext): FindCommand | null {
  const wrapper = context.step.wrappers.find((text) => /^find\b/.test(text));
  if (wrapper !== undefined) {
    const texts = wrapper
      .split(/\s+/)
      .slice(1)
      .map((text) => text.replace(/^['"]|['"]$/g, ''));
    return readFind(
      texts,
      texts.map((text) => ({ text, value: text })),
    );
  }
  const before = context.pipeline
    .filter((step) => step.index < context.step.index)
    .find((step) => programOf(step) === 'find');
  if (before === undefined) return null;
  const words = before.words.slice(1);
  return readFind(
    words.map((word) => word.value ?? word.text),
    words,
  );
}

function readRemoval(context: RiskContext): RiskEvidence[] {
  const isDeep = context.name === 'rm' && hasFlag(context, 'r', 'R', '--recursive');
  const isMany = context.step.wrappers.some((wrapper) => /^(\S*\/)?(xargs|find|parallel)\b/.test(wrapper));
  const operands = operandsOf(context).filter((word) => word.text !== '{}');
  const rows = worstTarget(context, operands, isDeep);
  if (!isMany) return rows;
  const find = findBefore(context);
  if (find !== null) return [...rows, ...riskOfFind(context, find)];
  return [
    ...rows,
    makeEvidence(
      'destroys',
      isDeep ? 6 : 5,
      'It removes names that are known only when it runs.',
      context.step.text,
    ),
  ];
}

function readDeviceWrite(context: RiskContext): RiskEvidence[] {
  const targets = context.step.redirects
    .filter((redirect) => redirect.effect === 'write')
    .map((redirect) => redirect.target.text);
  if (context.name === 'dd')
    targets.push(...context.texts.filter((text) => text.startsWith('of=')).map((text) => text.slice(3)));
  if (/^(tee|cp|shred|cat|truncate)$/.test(context.name)) targets.push(...context.texts);
  return targets
    .filter((text) => /^\/dev\/(sd|hd|vd|xvd|nvme|mmcblk|disk|mapper\/|loop|mem|kmem|port)/.test(text))
    .map((text) => makeEvidence('destroys', 10, 'It writes over a disk or the memory of the machine.', text));
}

function readOverwrite(context: RiskContext): RiskEvidence[] {
  const { name } = context;
  const operands = operandsOf(context);
  if (name === 'shred')
    return worstTarget(context, operands, false).map((row) => ({
      ...row,
      score: Math.min(10, row.score + 2),
    }));
  if (name === 'truncate') return worstTarget(context, operands, false);
  if (name === 'mv') return readMove(context, operands);
  if (name === 'dd' && context.texts.some((text) => /^of=/.test(text)))
    return [makeEvidence('destroys', 3, 'It writes over its target block by block.')];
  if (name !== 'rsync' || !context.texts.some((text) => text.startsWith('--delete'))) return [];
  const target = operands.at(-1);
  if (target === undefined) return [];
  if (/^[^/]*:/.test(target.text))
    return [makeEvidence('destroys', 9, 'It removes files on another machine.', target.text)];
  return worstTarget(context, [target], true);
}

function readMove(context: RiskContext, operands: readonly Word[]): RiskEvidence[] {
  const target = operands.at(-1);
  if (target?.value === '/dev/null')
    return [makeEvidence('destroys', 8, 'It moves files to where nothing is kept.', context.step.text)];
  const rows = worstTarget(context, operands.slice(0, -1), true).filter((row) => row.score >= 8);
  return rows.map((row) => ({
    ...row,
    score: row.score - 1,
    text: row.text.replace('It removes', 'It moves away'),
  }));
}

/** Evidence that the step destroys files, disks or running programs. */
export function findDestruction(context: RiskContext): RiskEvidence[] {
  const rows = [
    ...readIndexedSigns(context, SIGNS, 'destroys'),
    ...readDeviceWrite(context),
    ...readOverwrite(context),
  ];
  if (/^(rm|rmdir|unlink)$/.test(context.name) && !/ \/[sS]\b/.test(context.line))
    rows.push(...readRemoval(context));
  if (context.name === 'find' && context.texts.includes('-delete'))
    rows.push(...riskOfFind(context, readFind(context.texts, context.args)));
  return rows;
}
