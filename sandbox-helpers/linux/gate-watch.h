/* Ends of processes that the engine asked to be told about. */
#ifndef SALLYPORT_GATE_WATCH_H
#define SALLYPORT_GATE_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "gate-state.h"

/* Whether the kernel tells how a process that is not ours ended (6.15 and later). */
bool has_exit_codes(void);
/* From now on the process's end is reported, once. */
void watch_exit(const struct caller *caller);
void serve_watch(uint64_t number, uint32_t events);
bool has_watches(void);
/* The wait status of a process that ended and was collected; false where the kernel does not tell. */
bool read_exit(int pidfd, int *status);

#endif
