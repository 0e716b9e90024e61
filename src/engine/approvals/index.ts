export { Broker } from './broker.ts';
export type { RuleToSave } from './check-answer.ts';
export { GrantBook } from './grants.ts';
export type { Question } from './questions.ts';
export type { AnswerRequest, SavedRule, Settlement } from './settlement.ts';
