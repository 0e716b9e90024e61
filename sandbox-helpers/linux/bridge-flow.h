/*
 * One direction of a pair: what was read from one socket and not yet written to the other.
 * Promises: bytes leave complete, in the order they came; nothing is read while something waits; at most one chunk, or
 * one pipe full, waits, and no descriptor stays open without bytes in it but one spare pipe of the whole process.
 * Does not promise that bytes go through a pipe: where there is none they are copied.
 * Without it: a fast side would have to wait in the process for a slow one, or be cut off.
 */
#ifndef SALLYPORT_BRIDGE_FLOW_H
#define SALLYPORT_BRIDGE_FLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* What a client may say before the engine has decided what becomes of its connection. */
#define RECORD_MAX 65536

struct bridge_flow {
    /* bytes[from..upto) wait, and before anything else that does. */
    char *bytes;
    size_t from, upto;
    /* `piped` bytes wait in this pipe, which is open while there are any. */
    int pipe[2];
    size_t piped;
    /* Everything that was read. */
    uint64_t carried;
};

/* All that was read of one side, for whoever has to hear it again. */
struct bridge_record {
    char *bytes;
    size_t length, capacity;
};

/* MORE: at once another go is worth it. LATER: not before the sockets say so. OVER: the end was read. */
enum flow_result { FLOW_MORE, FLOW_LATER, FLOW_OVER, FLOW_BROKEN };

static inline bool flow_waits(const struct bridge_flow *flow) {
    return flow->upto > flow->from || flow->piped > 0;
}

/* Writes what waits; false when the other side is gone for good. */
bool flow_flush(struct bridge_flow *flow, int to);
/* Copies one chunk; to be called when nothing waits. With a record no more is read than it has room for. */
enum flow_result flow_copy(struct bridge_flow *flow, int from, int to, struct bridge_record *record);
/* The same through a pipe, without a copy in this process. `is_first`: the socket has just said that it has something. */
enum flow_result flow_splice(struct bridge_flow *flow, int from, int to, bool is_first);
/* Forgets what waits. */
void flow_drop(struct bridge_flow *flow);

#endif
