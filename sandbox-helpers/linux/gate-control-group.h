/* A control group of the launch's own, where we may make one. */
#ifndef SALLYPORT_GATE_CONTROL_GROUP_H
#define SALLYPORT_GATE_CONTROL_GROUP_H

#include <stdbool.h>

#include "gate-limits.h"

/* In the supervisor. A group that cannot be made or told its limit is as none. */
void make_control_groups(const struct limits *limits);
bool has_pids_group(void);
bool has_memory_group(void);
/* In the child. A failure ends the process with 125: it would run without its limit. */
void enter_control_groups(void);
/* Whether the kernel refused a process because there were too many. */
bool has_group_refused_fork(void);
/* Whether the kernel ended processes because there was no memory left for them. */
bool has_group_run_out(void);
/* Once nothing lives in them. */
void remove_control_groups(void);

#endif
