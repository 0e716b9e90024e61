/* The process whose call is held: its memory, its directories. */
#ifndef SALLYPORT_GATE_CALLER_H
#define SALLYPORT_GATE_CALLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gate-state.h"

/* Fills in the caller of a held call and opens its pidfd; false when it is gone. */
bool open_caller(const struct seccomp_notif *notice, struct caller *caller);
/* Whether the call is still held: what was read before belongs to the caller only if it is. */
bool is_held(uint64_t id);
/* A string from its memory, never reading past a page that may not be mapped. Length, or -1 with errno. */
long read_caller_string(pid_t tid, uint64_t address, char *buffer, size_t size);
bool read_caller_bytes(pid_t tid, uint64_t address, void *buffer, size_t size);
/* readlink of /proc/TID/<name>; false when it does not fit or is gone. */
bool read_caller_link(pid_t tid, const char *name, char *buffer, size_t size);

#endif
