export { type CaseResult, type EscapeCase, FAMILIES } from './escape-case.ts';
export { isBad } from './judge-case.ts';
export { listCases } from './list-cases.ts';
export { runCases } from './run-cases.ts';
export { findFamily, runEscapeTest } from './run-escape-test.ts';
