/* Making something unreadable by mounting over it. */
#ifndef SALLYPORT_HOLDER_COVER_H
#define SALLYPORT_HOLDER_COVER_H

#include <stdbool.h>

/*
 * Covers what an O_PATH descriptor shows by its own kind: a directory by an empty one nobody may
 * enter, anything else by an empty file nobody may read. False with errno.
 * Uses /proc as a mount point for a moment: only in a mount namespace of one's own.
 */
bool cover(int target);

/* Such a cover as a detached tree of its own; -1 with errno. The same limit for a file's. */
int make_cover(bool is_directory);

/* Whether an O_PATH descriptor shows such a cover. */
bool is_cover(int fd);

#endif
