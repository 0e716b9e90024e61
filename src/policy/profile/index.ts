export { BUILT_IN_PROFILES, FULL_ACCESS } from './built-in-profiles.ts';
export {
  checkListProfile,
  checkMapProfile,
  checkProfiles,
  isProfileTable,
  type ProfileMistake,
} from './check-profile.ts';
export { decidePath, isReadable, type PathDecision, type PathLists } from './decide-path.ts';
export { diffProfiles, type ProfileDifference } from './diff-profiles.ts';
export { type LintFacts, lintProfile, type ProfileFinding } from './lint-profile.ts';
export { findAbove, findEntry } from './profile-index.ts';
export { type ProfileDraft, type ProfileSource, readProfile } from './read-profile.ts';
export {
  findProfile,
  followExtends,
  type ProfileContext,
  type ProfileFault,
  type ResolvedProfile,
  resolveProfile,
} from './resolve-profile.ts';
