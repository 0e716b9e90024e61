export { collectFacts } from './collect-facts.ts';
export { recoverSessions } from './recover.ts';
export { Session } from './session.ts';
export type { SessionDeps } from './session-deps.ts';
export { keepWithinWall } from './within-wall.ts';
