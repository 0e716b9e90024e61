/* What a launch uses at the moment, by looking at every process below the supervisor. */
#ifndef SALLYPORT_GATE_USAGE_H
#define SALLYPORT_GATE_USAGE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct usage {
    int64_t tasks;        /* processes and their threads, the supervisor's own not counted */
    int64_t memory_bytes; /* resident, or the fair share of it; 0 when not asked for */
};

enum memory_kind { MEMORY_NONE, MEMORY_RESIDENT, MEMORY_SHARE };

/* Stops counting above `tasks_enough` (0: counts all). Costs some 10 microseconds a process; a share costs far more. */
struct usage measure_usage(enum memory_kind kind, int64_t tasks_enough);

/* What the main thread of a process has started and not yet collected, `max` of them at most. */
int list_children(pid_t pid, pid_t *children, int max);

#endif
