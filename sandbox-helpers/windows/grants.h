/*
 * What a package may do with files, for as long as somebody holds it.
 * Promises: each change is in a journal on disk before it is made; all of them are taken back when the holder ends, by
 * `cleanup`, or by the next holder when it was killed; what another journal still names stays.
 * Does not promise speed: the system writes an inheritable entry into everything below a folder.
 */
#ifndef SALLYPORT_GRANTS_H
#define SALLYPORT_GRANTS_H

#include <windows.h>

#include <stdbool.h>

#include "words.h"

struct grant_plan {
    const wchar_t *name, *journals;
    const struct word_list *reads, *writes, *denies, *protects;
};

/* Takes back what journals in a folder say whose makers are gone. False when something could not be taken back. */
bool sweep_journals(const wchar_t *folder);

/* The same for one journal. False also when its maker lives. */
bool clean_up_journal(const wchar_t *path);

/* Makes the changes. Ends the program, with everything taken back, when one cannot be made. The number of entries. */
size_t apply_grants(const struct grant_plan *plan, PSID sid);

/* Takes all of it back. False, with warnings printed, when something could not be; its journal stays then. */
bool undo_grants(void);

#endif
