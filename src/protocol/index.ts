export { AccessProfile, IgnoreList, PathAccess, PathEntry } from './access-profile.ts';
export { isDelegated, nameDelegated } from './agent-name.ts';
export { AnswerResult, Approval, ApprovalAnswer } from './approval.ts';
export { ApprovalContext, Effect, ScriptStep } from './approval-context.ts';
export {
  ApprovalPolicy,
  AskOnRisk,
  ConfigFile,
  ConfigSnapshot,
  EnvironmentPolicy,
  GranularPolicy,
  HostLists,
  Limits,
  NetworkSettings,
  NO_HOSTS,
  SandboxMode,
} from './config.ts';
export { ConfigLayerKind, ConfigOrigin } from './config-origin.ts';
export { EditFile } from './edit.ts';
export { Event, EventBody, type EventOf, type EventType, OutputNotice } from './event.ts';
export { Review } from './event-review.ts';
export { CapturedStream } from './event-step.ts';
export { Alternative, ExplainedCause, Explanation } from './explanation.ts';
export { Fault, type FaultInit, type FaultKind, toFault } from './faults.ts';
export { AccessGrant, CommandMatch, Grant, GrantScope, HostPort } from './grant.ts';
export {
  ApprovalId,
  ApprovalKind,
  createIdMaker,
  GrantId,
  type IdMaker,
  type RandomBytes,
  ReviewId,
  RunId,
  SessionId,
  StepId,
  TurnId,
} from './ids.ts';
export { LIMIT_FLAGS, LIMIT_NAMES, type LimitName } from './limit-names.ts';
export { createLineSplitter, type LineSplitter, MAX_LINE_CHARS } from './line-splitter.ts';
export {
  type CheckedParams,
  type ConnectionKind,
  type MethodName,
  type MethodParams,
  type MethodResult,
  methods,
  NO_FLAGS,
  type NotificationInput,
  type NotificationName,
  type NotificationParams,
  notifications,
  PAGE_METHODS,
  PROTOCOL_VERSION,
  SessionExecResult,
  SessionFlags,
  SessionOpenParams,
} from './methods.ts';
export {
  type EngineAbout,
  PreviewStep,
  type RowsPage,
  SessionPreview,
  SessionStartParams,
} from './methods-page.ts';
export { nameHidden } from './name-hidden.ts';
export { NO_LIMITS } from './no-limits.ts';
export { plainScope } from './plain-scope.ts';
export type { Ports } from './ports.ts';
export {
  PROPOSAL_TOOLS,
  Proposal,
  type ProposalInput,
  ProposalResult,
  type ProposalTool,
  proposals,
  RequestedPermissions,
  SERVED_TOOLS,
  type ServedTool,
} from './proposal.ts';
export { Risk, RiskEvidence, RiskFamily, RiskLevel, riskLevelOf } from './risk.ts';
export { type NotificationListeners, type Pipe, type RequestHandlers, RpcPeer } from './rpc-peer.ts';
export {
  HostExecutable,
  NetworkRule,
  PrefixRule,
  RuleDecision,
  RuleOrigin,
  RuleSet,
} from './rule.ts';
export { SessionHead, SettledApproval } from './session-head.ts';
export { settledAnswer } from './settled-answer.ts';
export {
  EnforcedAccess,
  Facts,
  Judgement,
  PathFact,
  Reason,
  Redirect,
  RunOutcome,
  SourceRange,
  Step,
  StepCategory,
  StepContext,
  StepDraft,
  StepForm,
  StepKind,
  Verdict,
  Word,
} from './step.ts';
export {
  MapMark,
  OutputTail,
  RowCounts,
  RowFilter,
  RowKind,
  RowOutcome,
  TimelineRow,
} from './timeline-row.ts';
export { toolSchema } from './tool-schema.ts';
