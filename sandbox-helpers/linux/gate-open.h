/*
 * Opening a file in the caller's place.
 *
 * A relative path starts at a directory that the caller opened earlier. When a grant is mounted
 * on that directory or above it afterwards, the caller's directory is still the one underneath,
 * read-only; the kernel would refuse the call although it was granted. Then the supervisor opens
 * exactly the path that was asked about, through the new mount, and the caller receives the
 * descriptor as the answer to its call.
 */
#ifndef SALLYPORT_GATE_OPEN_H
#define SALLYPORT_GATE_OPEN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "gate-state.h"

struct held_open {
    char *path; /* absolute, every link resolved, as the caller's root has it; malloc'ed */
    int dirfd;
    bool is_relative;
    uint64_t flags, mode;
};

/* The mask of the caller's file modes; the strictest when it cannot be read. */
mode_t read_umask(pid_t tid);
/* Answers the call; false when the kernel can go on with it by itself. */
bool open_for_caller(const struct caller *caller, const struct held_open *held);

#endif
