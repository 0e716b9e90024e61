/*
 * Starts one program as a package, or without a wall, in a job.
 * Promises: it runs no instruction before it is known to be in the job and, with a wall, to have the package's own token
 * of low integrity with just the capabilities that were asked for; it inherits three standard handles and nothing else.
 */
#ifndef SALLYPORT_LAUNCH_H
#define SALLYPORT_LAUNCH_H

#include <windows.h>

#include <stdbool.h>

#include "options.h"

struct launched {
    HANDLE process, job;
    DWORD pid;
    /* False inside another job: see job.h. */
    bool has_ui_limits;
};

/* `sid` is NULL without a wall. Ends the program, and the one that was started, when anything is not as it must be. */
struct launched launch(const struct options *options, PSID sid);

#endif
