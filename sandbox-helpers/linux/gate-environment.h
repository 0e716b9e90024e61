/*
 * What a held program gets set, against what the root program of the launch was given.
 * Promises: every variable that is new, has another value or is missing is told, or the message
 * says that not all is told. Does not judge which of them matter: the engine does.
 * Without it: `export LD_PRELOAD=./x.so; ls` would look like a plain `ls`.
 */
#ifndef SALLYPORT_GATE_ENVIRONMENT_H
#define SALLYPORT_GATE_ENVIRONMENT_H

#include <stdint.h>

#include "../common/json-line.h"
#include "gate-state.h"

/* Remembers the environment at this address, in the caller that look_into named, as the launch's. */
void keep_launch_environment(uint64_t address);
/* Adds "env" (NAME=VALUE, or NAME for a missing one) and "envCut"; a mark of all of it to compare after the exec. */
struct text_mark tell_environment(struct json_line *line, uint64_t address);

#endif
