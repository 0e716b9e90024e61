export { type CheckedScript, checkScript } from './check-script.ts';
export { describeAccess } from './describe-session.ts';
export { isChangeable } from './out-of-reach.ts';
export { findWay } from './path-way.ts';
export { recoverSessions } from './recover.ts';
export { Session } from './session.ts';
export type { SessionDeps, SessionInput } from './session-deps.ts';
