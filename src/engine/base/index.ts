export { type ChildOutcome, exitStatusOf, waitForChild } from './child.ts';
export { type Clock, createFakeClock, realClock } from './clock.ts';
export { createScope, type Scope } from './scope.ts';
