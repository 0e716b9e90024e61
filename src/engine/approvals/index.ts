export { type AnswerRequest, Broker, type BrokerPorts, type Settlement } from './broker.ts';
export { emptyAccess, GrantBook, type GrantEndReason, type GrantPorts } from './grants.ts';
export { makeApproval, type Question } from './questions.ts';
