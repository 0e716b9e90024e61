/*
 * Opens the files and folders whose access lists are changed.
 * Promises: the handle is the object that the path names, literally: no link, junction, mapped or substituted drive on
 * the way, on a local volume that keeps access lists. All changes go through the handle, so a path that is swapped
 * afterwards changes nothing.
 * Without it a program in the sandbox could put a junction where we are about to open something for it.
 */
#ifndef SALLYPORT_PLACES_H
#define SALLYPORT_PLACES_H

#include <windows.h>

#include <stdbool.h>

struct place {
    HANDLE handle;
    bool is_folder, is_link;
    DWORD links;
};

enum link_rule { LINK_REFUSED, LINK_ITSELF };

/* NULL and an open place, or why not. `*error` is Windows' number, 0 where the reason is ours. */
const char *open_place(struct place *place, const wchar_t *path, enum link_rule rule, DWORD *error);

/* Why a path can never be granted, or NULL: drives, the profile, Windows' own folders, what holds our journals. */
const char *why_not_granted(const wchar_t *path, bool is_writable, const wchar_t *journals);

/* The path as system calls take it at any length; malloc'ed. */
wchar_t *long_path(const wchar_t *path);

#endif
