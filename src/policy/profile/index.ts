export { BUILT_IN_PROFILES } from './built-in-profiles.ts';
export {
  checkListProfile,
  checkMapProfile,
  checkProfiles,
  isProfileTable,
} from './check-profile.ts';
export { decidePath, isReadable, type PathDecision } from './decide-path.ts';
export { diffProfiles, type ProfileDifference } from './diff-profiles.ts';
export { isIgnoredByGit } from './ignore-list.ts';
export { lintProfile, type ProfileFinding } from './lint-profile.ts';
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
