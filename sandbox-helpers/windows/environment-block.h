/* The environment of the program, as CreateProcessW takes it: only what was given, and the package's own folders. */
#ifndef SALLYPORT_ENVIRONMENT_BLOCK_H
#define SALLYPORT_ENVIRONMENT_BLOCK_H

#include "words.h"

/* Sorted by name, NAME=VALUE each. `package_folder`, or NULL, is where temporary files go instead. Malloc'ed. */
wchar_t *build_environment(const struct word_list *variables, const wchar_t *package_folder);

#endif
