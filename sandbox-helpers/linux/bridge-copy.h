/*
 * Carries bytes between pairs of sockets.
 * Promises: what comes in on one side goes out on the other, complete and in order, at the reader's pace; the end of one
 * direction is passed on while the other goes on; never more than BRIDGE_PAIRS_MAX pairs, and no descriptor stays open
 * after its pair. Does not promise anything about what the bytes mean: nothing of them is read.
 * Without it: nothing in a network namespace without routes could reach the engine's proxy.
 */
#ifndef SALLYPORT_BRIDGE_COPY_H
#define SALLYPORT_BRIDGE_COPY_H

#include <stdbool.h>
#include <stdint.h>

#define BRIDGE_PAIRS_MAX 400

/* Everything that epoll may speak of begins with it. */
struct bridge_source {
    enum { SOURCE_DOOR, SOURCE_END, SOURCE_TIMER, SOURCE_HOLDER } kind;
};

/* How many pairs there are. */
unsigned bridge_pairs(void);
/* Takes both descriptors over (non-blocking); false when there is no room, and they are closed then. `is_connecting`: `to` has not answered yet. */
bool bridge_join(int epoll, int from, int to, bool is_connecting);
/* Something happened at one end of a pair. */
void bridge_carry(struct bridge_source *end, uint32_t events);
/* Frees pairs that ended; to be called when no event of the last wait is outstanding. */
void bridge_bury(void);

#endif
