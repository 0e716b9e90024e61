/*
 * Learning the image that an exec produces, before its first instruction runs.
 *
 * The supervisor attaches to the held thread as a tracer and asks it to stop; the request takes
 * effect where the exec returns to the program, so the new image can be read while nothing of it
 * has run, and then the thread is let go. Where tracing is not possible (already traced, an old
 * kernel, a strict Yama) the image is polled for instead, and when that loses it every exec is
 * asked from then on.
 */
#ifndef SALLYPORT_GATE_CAPTURE_H
#define SALLYPORT_GATE_CAPTURE_H

#include <stdbool.h>

#include "gate-state.h"

/* Lets a held exec pass and gates the image it produces; reports "captured" when told to. */
void pass_and_capture(const struct caller *caller, bool is_reported);
/* A state change of a process that waitpid returned; true when it belonged to a capture. */
bool serve_traced(pid_t pid, int status);
/* Tries the polled captures again; call before judging a held exec. */
void poll_captures(void);
bool has_polled_captures(void);

#endif
