/* How each call that changes files gives its arguments. Used by the filter and by the judging. */
#ifndef SALLYPORT_GATE_CALLS_H
#define SALLYPORT_GATE_CALLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gate-change.h"

/* The place of an argument plus one: 0 where the call has no such argument. */
#define ARG(number) ((number) + 1)

struct call_shape {
    int call;
    enum change_op op;
    uint8_t dirfd, path;
    uint8_t from_dirfd, from_path;
    uint8_t flags, mode, number, times, text;
    bool follows;      /* unless its flags say otherwise */
    uint8_t time_unit; /* 's' seconds, 'u' microseconds, 'n' nanoseconds */
};

/* NULL for a call that changes no file. */
const struct call_shape *find_call_shape(int call);
/* For the filter: each of them in turn, NULL after the last. */
const struct call_shape *call_shape_at(size_t index);

#endif
