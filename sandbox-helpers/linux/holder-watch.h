/*
 * Names that are to be noticed when something else comes to stand there.
 *
 * Promises: whatever is made at, moved to or linked to a watched name, or to a folder above it, is told; a folder that
 * is put in the place of one above is watched from then on; what could not be watched is told by its name. What programs
 * of the session do at inner names keeps no other name waiting, however much it is.
 * Does not promise to notice changes that the kernel does not see: those another machine makes on a network disk.
 * Without it a cover that went with its file would be missed until the next launch.
 */
#ifndef SALLYPORT_HOLDER_WATCH_H
#define SALLYPORT_HOLDER_WATCH_H

#include <stdbool.h>

struct watched_path {
    char *path;
    bool has_near; /* what is made beside it under a longer name that begins with its own is told too */
    bool is_inner; /* programs of the session can make something there themselves */
};

enum { WATCH_OUTER, WATCH_INNER, WATCH_KINDS };

/*
 * Begins for the outer names, once; for inner ones by itself. What is watched counts for the user namespace that this is
 * called in, which may be an outer one: there programs of the session cannot use up what there is.
 */
void watch_begin(void);

/* What to wait on; -1 where there is none, and then nothing is ever told. */
int watch_descriptor(int kind);

/* Gives the descriptor for outer names another number, not below this one. */
bool watch_move(int lowest);

/* Watches exactly these from now on. `paths` stays the caller's, and must live until the next call. */
void watch_only(const struct watched_path *paths, int count);

/* The error that keeps this one from being watched, 0 when it is. */
int watch_error(const struct watched_path *path);

/* What is to be done where something may stand anew; a path may come several times. */
struct watch_taker {
    void (*seen)(const struct watched_path *path);
    void (*all)(const struct watched_path *paths, int count); /* so much has happened that it may be anywhere */
    void (*near)(const char *path);                           /* made beside one */
};

/* Reads what has happened at the outer names, then a part of what has at the inner ones. */
void watch_read(const struct watch_taker *taker);

#endif
