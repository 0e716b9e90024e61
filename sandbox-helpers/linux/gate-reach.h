/* What the wall says to a change of a place, and how a stopped one is told. */
#ifndef SALLYPORT_GATE_REACH_H
#define SALLYPORT_GATE_REACH_H

#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "gate-state.h"

/* Unknown: its outcome is the kernel's business, a grant would not change it. */
enum reach { REACH_UNKNOWN, REACH_WRITABLE, REACH_STOPPED };

bool is_kernel_path(const char *path);
/* False also when it cannot be told. */
bool is_read_only_mount(int fd);
/* Stopped: read-only by its mount alone. The kernel says EROFS only after its check of ordinary permission. */
enum reach judge_reach(int fd, int access_mode);
/* The kernel's number of the mount that a descriptor lies on; 0 when it does not tell. */
uint64_t read_mount_id(int fd);
/* The first words of the caller's own command line, and its folder. */
void add_caller(struct json_line *line, pid_t tid);
/* Tells the engine of a call that was stopped and that nobody is asked about; `key` is "path" or "host". */
void report_denied(pid_t pid, const char *op, const char *key, const char *what);
/*
 * What is done with a stopped call in the present mode: 'a' ask, 'r' it was reported and let go, 'x' it was refused.
 * Fills in the caller for 'a' only.
 */
char settle_stopped(const struct seccomp_notif *notice, struct caller *caller, const char *op, const char *path);

#endif
