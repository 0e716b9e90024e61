export { BUILT_IN_PROFILES, FULL_ACCESS } from './built-in-profiles.ts';
export {
  checkListProfile,
  checkMapProfile,
  checkProfiles,
  isProfileTable,
  type ProfileMistake,
} from './check-profile.ts';
export { decidePath, isReadable, type PathDecision, type PathLists } from './decide-path.ts';
export { findEntry, listAncestors } from './profile-index.ts';
export { type ProfileDraft, type ProfileSource, readProfile } from './read-profile.ts';
export {
  findProfile,
  type ProfileContext,
  type ProfileFault,
  type ResolvedProfile,
  resolveProfile,
} from './resolve-profile.ts';
