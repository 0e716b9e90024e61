/** Signs in program text that is given on the command line or as a here-document: `python -c`, `node -e`, `perl -e`. */
import type { RiskEvidence, Word } from '../../protocol/index.ts';
import { showText } from '../judge-show.ts';
import { costOfTarget } from './removal-target.ts';
import { makeEvidence, type RiskContext, type RiskSign, readSigns } from './risk-context.ts';
import { textGiven } from './text-given.ts';

const INTERPRETER =
  /^(python[0-9.]*|node|deno|bun|perl|ruby|php|lua|osascript|pwsh|powershell|cmd|tclsh|Rscript)$/;
const CODE_OPTION = /^(-[a-zA-Z]*[cer]|--eval|--print|-p|-command|-encodedcommand|\/c|--command|eval)$/i;

const DESTROYS: readonly RiskSign[] = [
  {
    pattern: /\b(DROP\s+(TABLE|DATABASE|SCHEMA)|TRUNCATE\s+TABLE|DELETE\s+FROM\s+\w+\s*["';)])/i,
    score: 9,
    text: 'Its code removes data of a database.',
  },
  {
    pattern:
      /\b(drop_all|dropDatabase|drop_database|deleteMany\(\s*\{?\s*\}?\s*\)|init_db|reset_db|flushall|flushdb)\s*\(/i,
    score: 8,
    text: 'Its code empties a database.',
  },
  {
    pattern: /\b(rd|rmdir)\s+\/s\b|\bdel\s+\/[sqf]\b|\bRemove-Item\b.*-Recurse\b|\bformat\s+[a-z]:/i,
    score: 9,
    text: 'Its code removes folders with all they hold.',
  },
  {
    pattern: /\b(rm\s+-[a-zA-Z]*[rf][a-zA-Z]*\s|FileUtils\.rm_rf|File::Path::remove_tree|rmtree\b(?!\(['"]))/,
    score: 7,
    text: 'Its code removes folders with all they hold.',
  },
  {
    pattern: /\b(os\.(remove|unlink|rmdir|removedirs)|\.unlink\(|unlinkSync|fs\.unlink|File\.delete)\b/,
    score: 5,
    text: 'Its code removes files.',
  },
  {
    pattern: /\b(terminate_instances|delete_bucket|delete_objects|delete_stack|delete_namespace\w*)\b/,
    score: 9,
    text: 'Its code removes resources of an account.',
  },
];
const FETCHES: readonly RiskSign[] = [
  {
    pattern:
      /\b(exec|eval|compile|Function|instance_eval|load)\b\s*\(?[\s\S]{0,200}\b(urlopen|requests\.get|urllib|http\.get|fetch\(|Net::HTTP|open-uri|LWP|file_get_contents\(['"]https?)/,
    score: 9,
    text: 'Its code runs what an address gives.',
  },
  {
    pattern:
      /\b(urlopen|requests\.get|fetch\(|http\.get|Net::HTTP|LWP)[\s\S]{0,400}\b(exec|eval|os\.system|subprocess|child_process|execSync|spawn)\b\s*\(/,
    score: 9,
    text: 'Its code runs what an address gives.',
  },
  {
    pattern:
      /\b(os\.system|subprocess\.\w+|execSync|child_process|system|popen)\b[\s\S]{0,200}\b(curl|wget)\b[\s\S]{0,200}\|\s*(ba|z)?sh\b/,
    score: 9,
    text: 'Its code runs what an address gives.',
  },
  {
    pattern:
      /\b(exec|eval|execute|system|Function)\b\s*\([\s\S]{0,120}\b(b64decode|fromhex|unhexlify|atob|base64|decodebytes|Buffer\.from|unpack|rot_?13)\b/,
    score: 8,
    text: 'Its code runs text that is decoded only when it runs.',
  },
];
const REMOVED_PATH =
  /\b(?:rmtree|rmSync|rm_rf|rmdirSync|remove_tree|fs\.rm|fse?\.remove(?:Sync)?|emptyDirSync|rimraf(?:\.sync)?|removeSync)\s*\(?\s*(?:os\.path\.expanduser\()?\s*(['"`])([^'"`]{1,300})\1/g;
const REMOVED_UNKNOWN =
  /\b(rmtree|rmSync|rm_rf|rmdirSync|remove_tree|fs\.rm|rimraf(?:\.sync)?)\s*\(\s*[^'"`\s)]/;

function codeOf(context: RiskContext): string {
  const at = context.texts.findIndex((text) => CODE_OPTION.test(text));
  const isPiped = context.step.redirects.some((redirect) => redirect.operator.startsWith('<<'));
  if (at < 0 && !isPiped) return '';
  return textGiven(context);
}

function findRemovedPaths(context: RiskContext, code: string): RiskEvidence[] {
  const rows: RiskEvidence[] = [];
  for (const match of code.matchAll(REMOVED_PATH)) {
    const path = match[2] ?? '';
    const word: Word = { text: path, value: path };
    const cost = costOfTarget(word, true, context);
    rows.push(
      makeEvidence(
        'destroys',
        cost.score,
        `Its code removes ${showText(path, 60)}, which ${cost.text}.`,
        match[0],
      ),
    );
    if (rows.length >= 8) break;
  }
  const unknown = REMOVED_UNKNOWN.exec(code);
  if (unknown)
    rows.push(
      makeEvidence('destroys', 6, 'Its code removes a folder that is known only when it runs.', unknown[0]),
    );
  return rows;
}

/** Evidence in the program text that a step carries. */
export function findCodeSigns(context: RiskContext): RiskEvidence[] {
  if (!INTERPRETER.test(context.name)) return [];
  const code = codeOf(context);
  if (code === '') return [];
  return [
    ...readSigns(code, DESTROYS, 'destroys'),
    ...readSigns(code, FETCHES, 'fetches-and-runs'),
    ...findRemovedPaths(context, code),
  ];
}
