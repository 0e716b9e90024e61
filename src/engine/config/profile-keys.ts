/** The checks of the sections that hold permission profiles, for the table of keys. */
import { checkListProfile, checkMapProfile, checkProfiles } from '../../policy/index.ts';
import type { Check } from './check-value.ts';

/** `permission_profile`: the anonymous one. */
export const isPermissionProfile: Check = checkListProfile;

/** `permission_profiles`: named ones, in our form. */
export const isPermissionProfiles: Check = (value) => checkProfiles(value, checkListProfile);

/** `permissions`: named ones, in Codex's form. */
export const isPermissions: Check = (value) => checkProfiles(value, checkMapProfile);
