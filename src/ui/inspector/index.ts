export { ApprovalCard } from './approval-card.tsx';
export { byWords } from './card-words.ts';
export { Inspector } from './inspector.tsx';
