/*
 * What an exec that was let go makes of its process, seen before its first instruction runs.
 *
 * The supervisor attaches to the held thread as a tracer and is told when the exec has succeeded,
 * while nothing of the new program has run: its image can be gated, and what was started is
 * compared with what was asked about. Then the thread is let go. An exec that fails is told by a
 * stop on the way out of the call. Where tracing is not possible (already traced, an old kernel, a
 * strict Yama) the new image is polled for instead: a launcher that is lost so makes every exec
 * asked from then on, and another program than the one shown has run a little before it is killed.
 *
 * Threads of one process go on one after the other: a thread in its exec waits for all others to be
 * gone, for a traced one until we have collected it, and attaching to one of them waits for that exec.
 */
#ifndef SALLYPORT_GATE_CAPTURE_H
#define SALLYPORT_GATE_CAPTURE_H

#include <stdbool.h>

#include "gate-state.h"

/* Lets a held exec pass and gates the image it produces; reports "captured" when told to. */
void pass_and_capture(const struct caller *caller, bool is_reported);
/* Lets a held exec pass; what it starts must be what was expected. */
void pass_and_compare(const struct caller *caller);
/* A state change of a process that waitpid returned; true when it belonged to a capture. */
bool serve_traced(pid_t pid, int status);
/* Tries the polled captures again; call before judging a held exec. */
void poll_captures(void);
bool has_polled_captures(void);

#endif
