/*
 * The mount namespaces of a session, and covers that are put into them at once.
 *
 * Promises: a name that shows something is covered by its own kind in each of them, the launches' before the anchor's;
 * what is covered already, or shows only what was granted in it, stays as it is.
 * Does not promise to find a namespace by itself: each is named by a process in it.
 * Without it every cover would take the time of a new process and a new namespace.
 */
#ifndef SALLYPORT_HOLDER_PLACES_H
#define SALLYPORT_HOLDER_PLACES_H

#include <stdbool.h>
#include <sys/types.h>

#include "holder-watch.h"

/* Names to hide. A link that was there before leads to another name; one that has just come may lead anywhere. */
struct guarded {
    const struct watched_path *paths;
    int count;
    bool spares_links;
};

/* Gives this process a mount namespace of its own. Fails as a whole. */
void places_begin(void);

/* The first one is the anchor's. An error number, or 0. The namespace is held until it is removed. */
int add_place(pid_t pid);
int remove_place(pid_t pid);

/* `expose` gets what could not be covered. */
void cover_everywhere(const struct guarded *what, void (*expose)(const char *path, int error));
void cover_in_newest(const struct guarded *what, void (*expose)(const char *path, int error));

/* Covers a file in what runs and not in the anchor: for the next launch it is a file like others. */
void cover_in_launches(const char *path);

#endif
