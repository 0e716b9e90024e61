/*
 * Names that are to be noticed when something else comes to stand there.
 *
 * Promises: whatever is made at, moved to or linked to a watched name, or to a folder above it, is told; a folder that
 * is put in the place of one above is watched from then on; what could not be watched is told by its name.
 * Does not promise to notice changes that the kernel does not see: those another machine makes on a network disk.
 * Without it a cover that went with its file would be missed until the next launch.
 */
#ifndef SALLYPORT_HOLDER_WATCH_H
#define SALLYPORT_HOLDER_WATCH_H

#include <stdbool.h>

struct watched_path {
    char *path;
    bool has_near; /* what is made beside it under a longer name that begins with its own is told too */
};

/* A descriptor to wait on; -1 with errno, and then nothing is ever told. */
int watch_begin(void);

/* Watches exactly these from now on. `paths` stays the caller's, and must live until the next call. */
void watch_only(const struct watched_path *paths, int count);

/* The error that keeps this one from being watched, 0 when it is. */
int watch_error(const struct watched_path *path);

/*
 * Reads what has happened. `seen` gets each watched path that something may stand at anew, `near` what was made beside
 * one; a path may come several times.
 */
void watch_read(void (*seen)(const struct watched_path *path), void (*near)(const char *path));

#endif
