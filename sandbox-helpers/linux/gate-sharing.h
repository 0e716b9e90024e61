/*
 * Who else could change what a held caller has in memory.
 * Promises: further threads, a running parent or child with the same memory and a debugger are
 * found. Does not promise to find a stranger with the same memory (a sibling made by clone), or
 * one that writes through /proc: those the comparison after the exec finds.
 */
#ifndef SALLYPORT_GATE_SHARING_H
#define SALLYPORT_GATE_SHARING_H

#include <stdbool.h>

#include "gate-state.h"

bool is_traced_inside(const struct caller *caller);
/* Whether a process that is not stopped works on the same memory; its other threads do not count here. */
bool shares_memory(const struct caller *caller);

#endif
