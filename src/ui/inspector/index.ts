export { ApprovalCard } from './approval-card.tsx';
export { Inspector } from './inspector.tsx';
