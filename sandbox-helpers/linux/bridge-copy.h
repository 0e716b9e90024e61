/*
 * Carries bytes between pairs of sockets.
 * Promises: what comes in on one side goes out on the other, complete and in order, at the reader's pace; the end of one
 * direction is passed on while the other goes on; never more than BRIDGE_PAIRS_MAX pairs, and no descriptor stays open
 * after its pair. A pair with the engine's proxy can be handed a connection that the engine has made: from then on the
 * client speaks with that, and the pair lives as long as the engine keeps its own end of it open.
 * Does not promise anything about what the bytes mean: nothing of them is read.
 * Without it: nothing in a network namespace without routes could reach the engine's proxy.
 */
#ifndef SALLYPORT_BRIDGE_COPY_H
#define SALLYPORT_BRIDGE_COPY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BRIDGE_PAIRS_MAX 400
#define BRIDGE_ID_BYTES 8

/* Everything that epoll may speak of begins with it. */
struct bridge_source {
    enum { SOURCE_DOOR, SOURCE_END, SOURCE_TIMER, SOURCE_HOLDER, SOURCE_CHANNEL } kind;
};

enum bridge_kind {
    BRIDGE_PLAIN,
    /* `to` has not answered yet. */
    BRIDGE_CONNECTING,
    /* `to` is the proxy, which is told an id first: a NUL, which begins no request, and BRIDGE_ID_BYTES at random. */
    BRIDGE_PROXY,
};

/* What the engine says with a connection that it hands over. */
struct bridge_handing {
    unsigned char id[BRIDGE_ID_BYTES];
    /* How much of what the client said was meant for the proxy, and how much the proxy has answered so far. */
    uint64_t consumed, answered;
    /* Its last words, which reach the client first. */
    const char *answer;
    size_t answer_length;
};

/* Whether there is room for another pair. */
bool bridge_has_room(void);
/* So many descriptors may be open: fewer pairs where that is little. */
void bridge_limit(uint64_t descriptors);
/* Takes both descriptors over (non-blocking); false when there is no room, and they are closed then. */
bool bridge_join(int epoll, int from, int to, enum bridge_kind kind);
/* Something happened at one end of a pair. */
void bridge_carry(struct bridge_source *end, uint32_t events);
/* The client of this pair goes on with `fd`, which is taken over. A pair that this does not fit ends. */
void bridge_hand(const struct bridge_handing *handing, int fd);
/* This pair, or every one, and those to come, will never be handed anything: its client may say as much as it likes. */
void bridge_release(const unsigned char id[BRIDGE_ID_BYTES]);
void bridge_release_all(void);
/* Frees pairs that ended; to be called when no event of the last wait is outstanding. */
void bridge_bury(void);

#endif
