/*
 * Whether the program that an exec has started is the one that was shown.
 * Compared, before its first instruction: the file, every word, the whole environment.
 * Does not promise that the file's content is the one a person may have looked at.
 */
#ifndef SALLYPORT_GATE_COMPARE_H
#define SALLYPORT_GATE_COMPARE_H

#include <stdbool.h>

#include "gate-state.h"

/* What differs ("program", "arguments" or "environment"), NULL when nothing does; "unknown" when it cannot be looked at. */
const char *find_difference(pid_t pid, const struct expected_start *expected);
/* Ends the process, says so on its stderr and to the engine. `difference` as above. */
void end_swapped(pid_t pid, int pidfd, const char *difference);

#endif
