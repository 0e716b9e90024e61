/**
 * Reads the text of one file of rules. Promises: pure and bounded; a rule comes out exactly as it was written or not at
 * all; of a file with any mistake no rule comes out that lets something run, while those that ask or forbid hold. Does
 * not promise that the rules are wise. Without it a slip of the pen would widen what may run, or silently drop a ban.
 */
import type { HostExecutable, NetworkRule, PrefixRule, RuleOrigin, RuleSet } from '../../protocol/index.ts';
import { showText } from '../judge-show.ts';
import { matchRules } from './match-rule.ts';
import { type Call, readCalls } from './read-calls.ts';
import { readHostExecutable, readNetworkRule } from './read-network-rule.ts';
import { type RuleExample, readPrefixRule } from './read-prefix-rule.ts';
import { type RuleMistake, RuleProblem, TextPlaces } from './rule-mistake.ts';

/** The longest text that is read, in characters. */
const LONGEST_RULES_TEXT = 1024 * 1024;
const MOST_MISTAKES = 20;

interface RulesPlace {
  readonly file: string;
  readonly layer: RuleOrigin['layer'];
}

interface Found {
  readonly prefix: PrefixRule[];
  readonly network: NetworkRule[];
  readonly hostExecutables: HostExecutable[];
  readonly examples: RuleExample[];
}

const NAMES = 'prefix_rule, network_rule, host_executable';

function readCall(call: Call, origin: RuleOrigin, found: Found): void {
  switch (call.name) {
    case 'prefix_rule': {
      const { rule, examples } = readPrefixRule(call, origin);
      found.prefix.push(rule);
      found.examples.push(...examples);
      return;
    }
    case 'network_rule':
      found.network.push(readNetworkRule(call, origin));
      return;
    case 'host_executable':
      found.hostExecutables.push(readHostExecutable(call, origin));
      return;
    default:
      throw new RuleProblem(call.at, `there is no ${showText(call.name, 60)}`, `Write one of ${NAMES}`);
  }
}

function writeArgv(argv: readonly string[]): string {
  return showText(JSON.stringify(argv), 160);
}

function checkExample(example: RuleExample, hostExecutables: readonly HostExecutable[]): RuleProblem | null {
  const { rule, argv, assignments, shouldMatch, at } = example;
  const rules: RuleSet = { prefix: [rule], network: [], hostExecutables: [...hostExecutables] };
  // an example says nothing of folders: it stands in the one that the rule names
  const context = {
    cwd: rule.cwd?.replace(/^~/, '/~') ?? '/',
    home: '/~',
    assignments,
    programs: 'listed' as const,
  };
  const isMatch = matchRules(argv, context, rules).length > 0;
  if (isMatch === shouldMatch) return null;
  return shouldMatch
    ? new RuleProblem(
        at,
        `the rule does not match its example ${writeArgv(argv)}`,
        'Correct the pattern or the example',
      )
    : new RuleProblem(
        at,
        `the rule matches ${writeArgv(argv)}, which not_match excludes`,
        'Make the pattern longer, or correct the example',
      );
}

/** What holds of a file with mistakes: nothing that lets anything run. */
function keepStrict(found: Found): RuleSet {
  return {
    prefix: found.prefix.filter(({ decision }) => decision !== 'allow'),
    network: found.network.filter(({ decision }) => decision !== 'allow'),
    // a name stays bound to listed files, but none of this file counts
    hostExecutables: found.hostExecutables.map((entry) => ({ ...entry, paths: [] })),
  };
}

/** The rules of a text and its mistakes, in the order of their places. */
export function parseRules(text: string, place: RulesPlace): { rules: RuleSet; mistakes: RuleMistake[] } {
  const body = text.startsWith('\ufeff') ? text.slice(1) : text;
  const found: Found = { prefix: [], network: [], hostExecutables: [], examples: [] };
  const places = new TextPlaces(body.slice(0, LONGEST_RULES_TEXT));
  if (body.length > LONGEST_RULES_TEXT) {
    const what = `the file is ${body.length} characters long; at most ${LONGEST_RULES_TEXT} are read`;
    const problem = new RuleProblem(0, what, 'Make it shorter');
    return {
      rules: keepStrict(found),
      mistakes: [{ ...places.makeMistake(place.file, problem), excerpt: '' }],
    };
  }
  const { calls, problems } = readCalls(body);
  for (const call of calls) {
    try {
      readCall(call, { ...place, ...places.find(call.at) }, found);
    } catch (thrown) {
      if (!(thrown instanceof RuleProblem)) throw thrown;
      problems.push(thrown);
    }
  }
  for (const example of found.examples) {
    const problem = checkExample(example, found.hostExecutables);
    if (problem !== null) problems.push(problem);
  }
  const { prefix, network, hostExecutables } = found;
  const rules = problems.length === 0 ? { prefix, network, hostExecutables } : keepStrict(found);
  const sorted = problems.sort((a, b) => a.at - b.at).slice(0, MOST_MISTAKES);
  return { rules, mistakes: sorted.map((problem) => places.makeMistake(place.file, problem)) };
}
