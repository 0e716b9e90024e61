/** What "Allow for…" can give, and what that would cover, in words. Narrow first. */
import type { AccessGrant, Approval, ApprovalAnswer, GrantScope } from '../../protocol/index.ts';

/** Longer than once. */
export type LongerScope = Exclude<GrantScope, 'once'>;

export type CommandMatchChoice = 'exact' | 'prefix';

/** The one time span that is offered with `until`, in ms. */
export const UNTIL_MS = 60 * 60 * 1000;

const LONGER: readonly LongerScope[] = ['step', 'turn', 'session', 'until', 'always'];

type Asked = Pick<Approval, 'scopes' | 'risk' | 'grant' | 'argv' | 'text' | 'category' | 'always'>;

/** It is about a call of a tool: its words are server, tool and arguments. */
function isToolCall({ category }: Pick<Approval, 'category'>): boolean {
  return category === 'mcp';
}

/** What "with more arguments" would cover, in front of the star. */
export function beginningOf({ argv = [], category }: Pick<Approval, 'argv' | 'category'>): readonly string[] {
  return isToolCall({ category }) ? argv.slice(0, 2) : argv;
}

/**
 * The longer scopes that do something for this question, narrow first. A command outside of the access that asks for
 * none is answered again only in the same step: longer ones would be a promise that nothing keeps.
 */
export function longerScopes(asked: Asked): LongerScope[] {
  if (asked.risk?.level === 'critical') return [];
  const offered = LONGER.filter((scope) => isOffered(asked, scope));
  if (asked.category !== 'outside' || isGrantOfSomething(asked.grant)) return offered;
  return offered.filter((scope) => scope === 'step' || scope === 'always');
}

/** For always only with the line that would be saved: nothing is written that was not shown. */
function isOffered(asked: Asked, scope: LongerScope): boolean {
  return asked.scopes.includes(scope) && (scope !== 'always' || asked.always?.allow !== undefined);
}

function isGrantOfSomething(grant: AccessGrant | undefined): grant is AccessGrant {
  if (grant === undefined) return false;
  return grant.read.length + grant.write.length + grant.hosts.length + grant.sockets.length > 0;
}

/**
 * True when the answer opens paths by themselves, for whatever uses them: a blocked call, or a command with a redirection,
 * which could not be known again. In doubt it is said to be so: the words then tell of more than is given.
 */
export function opensForAll(asked: Asked): boolean {
  if (!isGrantOfSomething(asked.grant)) return false;
  if (isToolCall(asked)) return false;
  return asked.category === 'blocked' || asked.argv === undefined || asked.text.includes('>');
}

/** Whether "with more arguments" can be chosen: only where the command is known again, and nothing about it is high. */
export function matchChoices(asked: Asked, scope: LongerScope): CommandMatchChoice[] {
  if (
    scope === 'step' ||
    scope === 'always' ||
    asked.argv === undefined ||
    asked.argv.length === 0 ||
    opensForAll(asked)
  )
    return [];
  if (isToolCall(asked)) return ['exact', 'prefix'];
  const isMild = asked.risk !== null && (asked.risk.level === 'low' || asked.risk.level === 'medium');
  return isMild ? ['exact', 'prefix'] : ['exact'];
}

export const SCOPE_WORDS: Record<LongerScope, string> = {
  step: 'step',
  turn: 'turn',
  session: 'session',
  until: '1 hour',
  always: 'always',
};

const SCOPE_SPANS: Record<Exclude<LongerScope, 'always'>, string> = {
  step: 'every time this step runs, until its script ends',
  turn: 'until this script ends',
  session: 'until this session ends',
  until: 'for one hour, while this session lasts',
};

/** What would be allowed, as one sentence. */
export function coverWords(asked: Asked, scope: LongerScope, match: CommandMatchChoice): string {
  if (scope === 'always')
    return 'This line is saved as a rule. It holds in every session, until it is taken out of the file.';
  const span = SCOPE_SPANS[scope];
  if (opensForAll(asked) && scope !== 'step') {
    return `What it opens stays open for everything this session runs, ${span}.`;
  }
  if (scope === 'step') return `This step of the script, ${span}. Nothing critical is covered.`;
  if (isToolCall(asked)) {
    const call = match === 'prefix' ? 'This tool, with any arguments' : 'Exactly this call';
    return `${call}, ${span}.`;
  }
  const words = match === 'prefix' ? 'This command, also with more arguments' : 'Exactly this command';
  return `${words}, in this folder, ${span}. Nothing critical is covered.`;
}

/** The answer that the panel sends. */
export function longerAnswer(
  choice: {
    readonly scope: LongerScope;
    readonly match: CommandMatchChoice | undefined;
    readonly rule?: string | undefined;
  },
  nowMs: number,
): ApprovalAnswer {
  return {
    outcome: 'allowed',
    scope: choice.scope,
    ...(choice.match !== undefined && { match: choice.match }),
    ...(choice.scope === 'always' && choice.rule !== undefined && { rule: choice.rule }),
    ...(choice.scope === 'until' && { untilMs: nowMs + UNTIL_MS }),
  };
}
