export { type ChildOutcome, exitStatusOf, waitForChild } from './child.ts';
export { type Clock, createFakeClock, type FakeClock, realClock } from './clock.ts';
export { type Closing, createScope, type Scope } from './scope.ts';
