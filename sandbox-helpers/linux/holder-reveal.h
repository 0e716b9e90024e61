/* Single files and folders of a folder that is covered as a whole: a cover of its own that has exactly their names. */
#ifndef SALLYPORT_HOLDER_REVEAL_H
#define SALLYPORT_HOLDER_REVEAL_H

#include <stdbool.h>

/*
 * The opened cover for `path` as a detached tree, -1 with errno and the step that failed. `words`: for each thing that is
 * shown "ro:PATH" or "rw:PATH", behind it what stays closed in it, as for a grant. Folders outside come before those in
 * them. Leaves the calling process in another mount namespace: meant for a throw-away child.
 */
int compose_revealed(const char *path, char **words, int count, const char **step);

/* Whether an O_PATH descriptor shows the root of one. */
bool is_opened_cover(int fd);

#endif
