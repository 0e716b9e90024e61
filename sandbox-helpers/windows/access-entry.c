#include "access-entry.h"

#include <aclapi.h>

#include <stdlib.h>
#include <string.h>

#include "words.h"

const wchar_t *const entry_names[ENTRY_KINDS] = {L"read", L"write", L"deny", L"protect", L"fence"};

#define CHANGES (FILE_WRITE_DATA | FILE_APPEND_DATA | FILE_WRITE_EA | FILE_WRITE_ATTRIBUTES)
#define TAKES_AWAY (DELETE | FILE_DELETE_CHILD | WRITE_DAC | WRITE_OWNER)

struct entry {
    ACCESS_ALLOWED_ACE ace;
    BYTE rest_of_sid[SECURITY_MAX_SID_SIZE];
};

/* Allowing and denying entries have one layout; the header says which it is. */
static void make_entry(struct entry *entry, const struct place *place, PSID sid, enum entry_kind kind) {
    static const struct { BYTE type; bool is_handed_down; ACCESS_MASK rights; } rows[ENTRY_KINDS] = {
        [ENTRY_READ] = {ACCESS_ALLOWED_ACE_TYPE, true, FILE_GENERIC_READ | FILE_GENERIC_EXECUTE},
        [ENTRY_WRITE] = {ACCESS_ALLOWED_ACE_TYPE, true, FILE_GENERIC_READ | FILE_GENERIC_EXECUTE | FILE_GENERIC_WRITE | DELETE},
        [ENTRY_DENY] = {ACCESS_DENIED_ACE_TYPE, true, FILE_ALL_ACCESS},
        [ENTRY_PROTECT] = {ACCESS_DENIED_ACE_TYPE, true, CHANGES | TAKES_AWAY},
        [ENTRY_FENCE] = {ACCESS_DENIED_ACE_TYPE, false, TAKES_AWAY},
    };
    memset(entry, 0, sizeof *entry);
    DWORD sid_length = GetLengthSid(sid);
    bool is_handed_down = rows[kind].is_handed_down && place->is_folder && !place->is_link;
    entry->ace.Header.AceType = rows[kind].type;
    entry->ace.Header.AceFlags = is_handed_down ? OBJECT_INHERIT_ACE | CONTAINER_INHERIT_ACE : 0;
    entry->ace.Header.AceSize = (WORD)(offsetof(ACCESS_ALLOWED_ACE, SidStart) + sid_length);
    entry->ace.Mask = rows[kind].rights;
    CopySid(sid_length, &entry->ace.SidStart, sid);
}

static bool is_same_entry(const ACE_HEADER *theirs, const struct entry *ours) {
    return theirs->AceSize == ours->ace.Header.AceSize && !memcmp(theirs, &ours->ace, theirs->AceSize);
}

/* Ours goes in front of the first entry of a later class: denied, allowed, inherited is the order that Windows keeps. */
static bool comes_after(const ACE_HEADER *theirs, const struct entry *ours) {
    if (theirs->AceFlags & INHERITED_ACE) return true;
    return ours->ace.Header.AceType == ACCESS_DENIED_ACE_TYPE || theirs->AceType != ACCESS_DENIED_ACE_TYPE;
}

/* The list without ours, and with it once where `is_wanted`; NULL when it cannot be built. */
static ACL *rebuild(ACL *old, const struct entry *ours, bool is_wanted, bool *was_there) {
    DWORD bytes = old->AclSize + ours->ace.Header.AceSize;
    if (bytes > 0xFFFC) return NULL;
    ACL *made = grow(NULL, bytes);
    bool is_good = InitializeAcl(made, bytes, old->AclRevision), is_in = !is_wanted;
    *was_there = false;
    for (DWORD i = 0; is_good && i < old->AceCount; i++) {
        ACE_HEADER *theirs;
        is_good = GetAce(old, i, (void **)&theirs);
        if (!is_good) break;
        if (is_same_entry(theirs, ours)) {
            *was_there = true;
            continue;
        }
        if (!is_in && comes_after(theirs, ours)) {
            is_good = AddAce(made, old->AclRevision, MAXDWORD, (void *)&ours->ace, ours->ace.Header.AceSize);
            is_in = true;
        }
        is_good = is_good && AddAce(made, old->AclRevision, MAXDWORD, theirs, theirs->AceSize);
    }
    if (is_good && !is_in) is_good = AddAce(made, old->AclRevision, MAXDWORD, (void *)&ours->ace, ours->ace.Header.AceSize);
    if (is_good) return made;
    free(made);
    return NULL;
}

static DWORD change(const struct place *place, PSID sid, enum entry_kind kind, bool is_wanted) {
    struct entry ours;
    make_entry(&ours, place, sid, kind);
    ACL *old = NULL;
    PSECURITY_DESCRIPTOR descriptor = NULL;
    DWORD error = GetSecurityInfo(place->handle, SE_FILE_OBJECT, DACL_SECURITY_INFORMATION, NULL, NULL, &old, NULL, &descriptor);
    if (error) return error;
    if (!old) {
        LocalFree(descriptor);
        return is_wanted ? ERROR_NO_SECURITY_ON_OBJECT : 0;
    }
    bool was_there;
    ACL *made = rebuild(old, &ours, is_wanted, &was_there);
    if (!made) error = ERROR_INVALID_ACL;
    else if (was_there != is_wanted)
        error = SetSecurityInfo(place->handle, SE_FILE_OBJECT, DACL_SECURITY_INFORMATION, NULL, NULL, made, NULL);
    free(made);
    LocalFree(descriptor);
    return error;
}

DWORD add_entry(const struct place *place, PSID sid, enum entry_kind kind) {
    return change(place, sid, kind, true);
}

DWORD remove_entry(const struct place *place, PSID sid, enum entry_kind kind) {
    return change(place, sid, kind, false);
}
