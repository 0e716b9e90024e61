/*
 * One entry of ours in an access list.
 * Promises: only entries with the package's SID and exactly our rights are added or removed; every other entry stays, in
 * its order, and inherited ones stay inherited. A list that is missing (everybody may do everything) is refused: adding
 * to it would take the rights of all others away.
 */
#ifndef SALLYPORT_ACCESS_ENTRY_H
#define SALLYPORT_ACCESS_ENTRY_H

#include <windows.h>

#include "places.h"

enum entry_kind {
    /* Reading and running, also of all below. */
    ENTRY_READ,
    /* That and changing; not the access list, not the owner, nor removing what the list of the child forbids to remove. */
    ENTRY_WRITE,
    /* Nothing at all. */
    ENTRY_DENY,
    /* No change, also of all below. */
    ENTRY_PROTECT,
    /* This folder itself is neither moved, nor removed, nor are its children over their own lists. */
    ENTRY_FENCE,
    ENTRY_KINDS
};

/* The word for a kind in journals. */
extern const wchar_t *const entry_names[ENTRY_KINDS];

/* 0, or Windows' error. Adding what is there, and removing what is not, changes nothing. */
DWORD add_entry(const struct place *place, PSID sid, enum entry_kind kind);
DWORD remove_entry(const struct place *place, PSID sid, enum entry_kind kind);

#endif
