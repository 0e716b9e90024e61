export { type MatchContext, matchRules, type RuleMatch, strictestDecision } from './match-rule.ts';
