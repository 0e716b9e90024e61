/** Commands that a step hands to another machine or a container: they are split and assessed as if nothing were known there. */
import type { ConfigSnapshot, Facts, Risk, RiskEvidence, StepDraft } from '../../protocol/index.ts';
import { splitScript } from '../split-script.ts';
import type { RiskContext } from './risk-context.ts';

/** Assesses one step of the command that runs elsewhere. */
export type AssessElsewhere = (step: StepDraft, pipeline: readonly StepDraft[]) => Risk | null;

const SSH_VALUED = /^-[BbcDEeFIiJLlmOopQRSWw]$/;
const CONTAINER_VALUED = /^(-e|-u|-w|-n|-c|--env|--user|--workdir|--namespace|--container|--env-file)$/;
const MAX_STEPS = 64;

/** The words from the first operand after `skip` operands on; options in front of them are passed over. */
function wordsAfter(texts: readonly string[], skip: number, valued: RegExp): string[] {
  let left = skip;
  for (let index = 0; index < texts.length; index += 1) {
    const text = texts[index] ?? '';
    if (text.startsWith('-')) {
      if (valued.test(text)) index += 1;
    } else if (left > 0) left -= 1;
    else return texts.slice(index);
  }
  return [];
}

function quote(text: string): string {
  return /^[\w./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** The shell text that runs elsewhere; null when the step runs nothing there that is known. */
function readElsewhere(context: RiskContext): string | null {
  const { name, texts } = context;
  if (name === 'ssh') return wordsAfter(texts, 1, SSH_VALUED).join(' ');
  const isContainer = /^(docker|podman|nerdctl)$/.test(name);
  if (isContainer && texts[0] === 'exec')
    return wordsAfter(texts.slice(1), 1, CONTAINER_VALUED).map(quote).join(' ');
  if (isContainer && texts[0] === 'compose' && texts[1] === 'exec') {
    return wordsAfter(texts.slice(2), 1, CONTAINER_VALUED).map(quote).join(' ');
  }
  if (name !== 'kubectl' || !texts.includes('exec')) return null;
  const end = texts.indexOf('--');
  return end < 0
    ? null
    : texts
        .slice(end + 1)
        .map(quote)
        .join(' ');
}

/** Evidence from the command that a step runs elsewhere. */
export function findElsewhere(context: RiskContext, assess: AssessElsewhere): RiskEvidence[] {
  const script = readElsewhere(context);
  if (script === null || script === '') return [];
  const { steps } = splitScript(script);
  return steps.slice(0, MAX_STEPS).flatMap((step) => {
    const { pipeline } = step.context;
    const members =
      pipeline === undefined ? [step] : steps.filter((other) => other.context.pipeline === pipeline);
    const rows = assess(step, members)?.evidence ?? [];
    return rows.map((row) => ({ ...row, text: `Elsewhere: ${row.text}` }));
  });
}

/** Nothing of this machine holds elsewhere: no workspace, no facts, no folder for temporary files. */
export function makeElsewhere(
  snapshot: ConfigSnapshot,
  facts: Facts,
): { snapshot: ConfigSnapshot; facts: Facts } {
  const { program: _program, ...rest } = facts;
  return {
    snapshot: { ...snapshot, workspace: '/elsewhere/workspace', writableRoots: [], home: '/elsewhere/home' },
    facts: { ...rest, cwd: '/elsewhere/home/folder', home: '/elsewhere/home', paths: [], isHeld: false },
  };
}
