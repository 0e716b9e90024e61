export { ApprovalCard } from './approval-card.tsx';
export { GrantWords, Whys } from './card-facts.tsx';
export { byWords } from './card-words.ts';
export { GUARD_MS } from './guard.ts';
export { Inspector } from './inspector.tsx';
