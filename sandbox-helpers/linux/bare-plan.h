/* The plan of a bare run, as a process of the engine's code writes it. */
#ifndef SALLYPORT_BARE_PLAN_H
#define SALLYPORT_BARE_PLAN_H

#include <stdbool.h>
#include <stddef.h>

enum { JANITORS_MAX = 64 };

/* Words end with NULL; a part that was not told is NULL. */
struct bare_plan {
    char **holder;
    char **janitors[JANITORS_MAX];
    int janitor_count;
    char **expect;
    char **group;
    char **note;
    char **environment;
    char **launch;
    bool is_complete;
};

/*
 * Reads parts from `fd` until the plan is complete: true, or until it ends or is none. `on_part` is called after each
 * part: what it needs may be started before the rest is known.
 */
bool read_plan(int fd, struct bare_plan *plan, void (*on_part)(const struct bare_plan *plan));

#endif
