export { collectFacts, type FactsContext } from './collect-facts.ts';
export { recoverSessions } from './recover.ts';
export { Session, type SessionDeps } from './session.ts';
