/*
 * The AppContainer package that programs run as.
 * Its functions are looked up when they are needed: where one is missing the helper says so and starts nothing.
 */
#ifndef SALLYPORT_PACKAGE_H
#define SALLYPORT_PACKAGE_H

#include <windows.h>

#include <stdbool.h>

/* Ends the program where this Windows cannot start a process in an AppContainer. */
void require_appcontainer(void);

/* The SID of a package by its name; kept until the program ends. */
PSID derive_package_sid(const wchar_t *name);

/* The SID in text; malloc'ed. */
wchar_t *describe_sid(PSID sid);

/* Makes the profile (a folder and registry keys) where there is none yet. */
void create_package(const wchar_t *name);

/* False with Windows' number in *error when the profile is there and could not be removed. */
bool delete_package(const wchar_t *name, DWORD *error);

/* The package's own folder, or NULL where it has none. Malloc'ed. */
wchar_t *find_package_folder(PSID sid);

#endif
