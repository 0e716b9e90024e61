/*
 * What a pair is, for those who carry it and those who hand something to it; see bridge-copy.h.
 */
#ifndef SALLYPORT_BRIDGE_PAIR_H
#define SALLYPORT_BRIDGE_PAIR_H

#include "bridge-copy.h"
#include "bridge-flow.h"

struct bridge_pair;

struct bridge_end {
    struct bridge_source source;
    struct bridge_pair *pair;
    struct bridge_end *other;
    /* From this socket to the other. */
    struct bridge_flow flow;
    int fd;
    uint32_t armed;
    bool is_over, is_told, is_watched;
};

enum { CLIENT, ENGINE, FAR, ENDS };

struct bridge_pair {
    struct bridge_end ends[ENDS];
    struct bridge_pair *next;
    unsigned slot;
    int epoll;
    /* While it may be handed something: what the client has said, and how the engine calls it. */
    struct bridge_record record;
    unsigned char id[BRIDGE_ID_BYTES];
    bool is_talk, is_handed, is_connecting, is_dead;
    uint64_t consumed;
};

/* Closes everything of it; its memory is freed by bridge_bury. Idempotent. */
void end_pair(struct bridge_pair *pair);
/* From one end to the other; false when the pair must end. `is_said`: the socket has announced something. */
bool pump(struct bridge_end *end, bool is_said);
/* Listens to an end for exactly these events, or not at all. */
void watch_end(struct bridge_end *end, uint32_t wanted, bool is_watched);
/* Listens for what can be done next. */
void arm(struct bridge_end *end);
/* The pair of this id that may still be handed something, or NULL. */
struct bridge_pair *find_talk(const unsigned char id[BRIDGE_ID_BYTES]);
/* From here on nothing can be handed to it. */
void forget_record(struct bridge_pair *pair);

#endif
