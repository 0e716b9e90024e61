export { type ChildOutcome, exitStatusOf, waitForChild } from './child.ts';
export { type Clock, createFakeClock, realClock } from './clock.ts';
export { parseCount, parseDurationMs, parseMemoryBytes, parseSizeBytes } from './parse-amounts.ts';
export { createScope, type Scope } from './scope.ts';
