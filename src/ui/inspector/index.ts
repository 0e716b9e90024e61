export { ApprovalCard, type CardVariant } from './approval-card.tsx';
export { Inspector } from './inspector.tsx';
