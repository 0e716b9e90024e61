export { type AnswerRequest, Broker, type Settlement } from './broker.ts';
export { GrantBook } from './grants.ts';
export type { Question } from './questions.ts';
