export { type AskedPart, askSentence } from './ask-sentence.ts';
export { dependsOnInput } from './depends-on-input.ts';
export {
  describeAddress,
  isPrivateAddress,
} from './describe-address.ts';
export type { FolderAmount } from './describe-amount.ts';
export { findOtherProgram } from './doubt-held.ts';
export { applyHunks, type FileChange, parsePatch, unifiedDiff } from './edits/index.ts';
export { explainAccess } from './explain-access.ts';
export { showConfigOrigin } from './explain-causes.ts';
export { explainJudgement } from './explain-judgement.ts';
export { type Explanation, explainStep } from './explain-step.ts';
export { findCover } from './find-cover.ts';
export {
  type HostLists,
  hostsInForce,
  isNearHost,
  judgeHost,
  judgeTarget,
} from './host-access.ts';
export { type HostEntry, parseHostEntry } from './host-entry.ts';
export { armsLauncher, findInherited, type InheritedVariable } from './inherited-variables.ts';
export { listInterpreterForms, readShebang } from './interpreter-words.ts';
export { isHarmless } from './is-harmless.ts';
export { judgeBlocked, judgeBlockedSocket } from './judge-blocked.ts';
export {
  isAboutPrivateAddress,
  judgeBlockedHost,
  judgePublishedPort,
} from './judge-blocked-host.ts';
export { judgeEdit } from './judge-edit.ts';
export { judgeMcpCall } from './judge-mcp-call.ts';
export { judgeMoreAccess } from './judge-more-access.ts';
export { matchStepRules, type StepRuleMatch } from './judge-rules.ts';
export { listProgramFiles, readSkill } from './judge-skill.ts';
export { judgeLauncher, judgeStep } from './judge-step.ts';
export { doubtPlainScript, hasWallRules, judgeUnwalled } from './judge-wall.ts';
export { isLauncher, startsOthersHeld } from './launcher.ts';
export { isRepositoryGrant, isRepositoryPath, leastGrant } from './least-grant.ts';
export { listEditable } from './list-editable.ts';
export { listEffects } from './list-effects.ts';
export { coversAccess, type GrantQuestion, matchesGrant, matchesRefusal } from './match-grant.ts';
export { matchRun, mayBeRunOf } from './match-run.ts';
export { MAX_NAMED_PATHS, namedPaths } from './named-paths.ts';
export {
  formatHostPort,
  type HostReading,
  type NormalHost,
  normaliseHost,
  readAuthority,
  readHost,
} from './normal-host.ts';
export { offeredScopes } from './offered-scopes.ts';
export { actsElsewhere, changesMeaning, outerWrappers, setByLaunchers } from './outer-wrappers.ts';
export { classifyPath, type PathClass } from './path-access.ts';
export { isAtOrBelow } from './path-access-join.ts';
export { type AskGate, needsRewrite, planAsks } from './plan-asks.ts';
export { ALL_PRESETS, PRESETS, type Preset } from './presets.ts';
export {
  BUILT_IN_PROFILES,
  checkListProfile,
  checkMapProfile,
  checkProfiles,
  decidePath,
  diffProfiles,
  findEntry,
  findProfile,
  followExtends,
  isIgnoredByGit,
  isProfileTable,
  isReadable,
  lintProfile,
  type ProfileContext,
  type ProfileDifference,
  type ProfileDraft,
  type ProfileFault,
  type ProfileFinding,
  type ProfileSource,
  type ResolvedProfile,
  readProfile,
  resolveProfile,
} from './profile/index.ts';
export { quietSocketReason, quietWriteReason } from './quiet-writes.ts';
export { readOperator } from './read-operator.ts';
export { rewriteScript } from './rewrite-script.ts';
export { assessRisk } from './risk/index.ts';
export { isRiskyAnywhere, isRiskyVariable } from './risky-variables.ts';
export {
  describeMistake,
  lintRules,
  type MatchContext,
  matchRules,
  parseRules,
  proposeRule,
  type RuleMistake,
  ruleHosts,
  strictestDecision,
  writeRule,
} from './rules/index.ts';
export { type ScriptSplit, splitScript } from './split-script.ts';
export { TOP_OF_SCRIPT } from './step-scope.ts';
export { strictestVerdict } from './strictest-verdict.ts';
export { folderOfGrantedFile, widenToFolder } from './widen-to-folder.ts';
