import type {
  ConfigSnapshot,
  Facts,
  RiskEvidence,
  RiskFamily,
  StepDraft,
  Word,
} from '../../protocol/index.ts';
import { showText } from '../judge-show.ts';
import { baseOf } from '../path-access-join.ts';

/** A step read for its risk. Words that are not literal stand as written. */
export interface RiskContext {
  readonly step: StepDraft;
  readonly snapshot: ConfigSnapshot;
  readonly facts: Facts;
  /** Members of the step's pipeline in order, itself included; the step alone outside pipelines. */
  readonly pipeline: readonly StepDraft[];
  /** Base name of the program in lower case without `.exe`. */
  readonly name: string;
  /** The name as the tables of signs know it. */
  readonly key: string;
  readonly args: readonly Word[];
  /** The arguments as text: the value where it is known, else the source. */
  readonly texts: readonly string[];
  /** Name and arguments joined by spaces, for patterns over subcommands; at most {@link MAX_LINE} characters. */
  readonly line: string;
  /** Letters of short options and whole long options (without `=value`). */
  readonly flags: ReadonlySet<string>;
}

/** One row of a table of signs: seen in the line of a command, it is evidence of its family. */
export interface RiskSign {
  /** The programs that it can show in, separated by spaces, spelt as {@link signKey} does; left out: any. */
  readonly programs?: string;
  readonly pattern: RegExp;
  readonly score: number;
  readonly text: string;
}

/** Longer command lines are read up to here. */
export const MAX_LINE = 8000;

/** Program name of a step as the tables spell it. */
export function programOf(step: StepDraft): string {
  return baseOf(step.words[0]?.value ?? '')
    .toLowerCase()
    .replace(/\.exe$/, '');
}

function readFlags(texts: readonly string[]): Set<string> {
  const flags = new Set<string>();
  for (const text of texts) {
    if (text === '--') break;
    if (text.startsWith('--')) flags.add(text.replace(/=.*$/s, ''));
    else if (/^-[a-zA-Z0-9]+$/.test(text)) for (const letter of text.slice(1)) flags.add(letter);
  }
  return flags;
}

/** Reads a step once for all families. */
export function readRiskContext(
  step: StepDraft,
  snapshot: ConfigSnapshot,
  facts: Facts,
  pipeline: readonly StepDraft[] = [step],
): RiskContext {
  const args = step.words.slice(1);
  const texts = args.map((word) => word.value ?? word.text);
  const name = programOf(step);
  const line = [name, ...texts].join(' ').slice(0, MAX_LINE);
  return {
    step,
    snapshot,
    facts,
    pipeline,
    name,
    key: signKey(name),
    args,
    texts,
    line,
    flags: readFlags(texts),
  };
}

/** True when one of the options was given. */
export function hasFlag(context: RiskContext, ...names: string[]): boolean {
  return names.some((name) => context.flags.has(name));
}

/** A row of evidence with its quote made fit to show. */
export function makeEvidence(family: RiskFamily, score: number, text: string, quote?: string): RiskEvidence {
  const row = { family, score: Math.max(0, Math.min(10, Math.round(score))), text };
  return quote === undefined || quote === '' ? row : { ...row, quote: showText(quote, 120) };
}

/** A program's name without version and ending: `python3.11` and `mkfs.ext4` are `python` and `mkfs`. */
export function signKey(name: string): string {
  return (name.split('.', 1)[0] ?? '').replace(/\d+$/, '');
}

/** Signs by the program that they can show in, so that a step is held against few patterns only. */
export interface SignIndex {
  readonly any: readonly RiskSign[];
  readonly byProgram: ReadonlyMap<string, readonly RiskSign[]>;
}

/** Sorts a table of signs by program. */
export function indexSigns(signs: readonly RiskSign[]): SignIndex {
  const byProgram = new Map<string, RiskSign[]>();
  for (const sign of signs) {
    const keys = new Set(
      (sign.programs ?? '')
        .split(' ')
        .filter((name) => name !== '')
        .map(signKey),
    );
    for (const key of keys) byProgram.set(key, [...(byProgram.get(key) ?? []), sign]);
  }
  return { any: signs.filter((sign) => sign.programs === undefined), byProgram };
}

/** Every sign that shows in the line of a command. */
export function readIndexedSigns(context: RiskContext, index: SignIndex, family: RiskFamily): RiskEvidence[] {
  const own = index.byProgram.get(context.key);
  const rows = index.any.length === 0 ? [] : readSigns(context.line, index.any, family);
  return own === undefined ? rows : [...rows, ...readSigns(context.line, own, family)];
}

/** Every sign of a table that shows in `line`. */
export function readSigns(line: string, signs: readonly RiskSign[], family: RiskFamily): RiskEvidence[] {
  return signs.flatMap((sign) => {
    const match = sign.pattern.exec(line);
    return match ? [makeEvidence(family, sign.score, sign.text, match[0].trim())] : [];
  });
}
