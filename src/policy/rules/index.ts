export { lintRules } from './lint-rules.ts';
export { type MatchContext, matchRules, type RuleMatch, strictestDecision } from './match-rule.ts';
export { parseRules } from './parse-rules.ts';
export { proposeRule } from './propose-rule.ts';
export { type RuleHosts, ruleHosts } from './rule-hosts.ts';
export { describeMistake, type RuleMistake } from './rule-mistake.ts';
export { writeRule } from './write-rule.ts';
