/*
 * Changing files in the caller's place.
 *
 * A relative path starts at a directory that the caller opened earlier. When a grant is mounted
 * on that directory or above it afterwards, the kernel would still take the directory underneath,
 * read-only. Then a child of the supervisor does exactly what was judged, through the new mount.
 * It enters the caller's mount namespace first and has no rights there: what keeps a mount point
 * from being moved or removed is decided by the namespace of who moves it.
 */
#ifndef SALLYPORT_GATE_PERFORM_H
#define SALLYPORT_GATE_PERFORM_H

#include <stdbool.h>

#include "gate-change.h"
#include "gate-state.h"

/* Answers the call; false when the kernel can go on with it by itself. */
bool change_for_caller(const struct caller *caller, const struct held_change *change);

#endif
