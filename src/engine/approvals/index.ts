export { type AnswerRequest, Broker, type SavedRule, type Settlement } from './broker.ts';
export type { RuleToSave } from './check-answer.ts';
export { GrantBook } from './grants.ts';
export type { Question } from './questions.ts';
