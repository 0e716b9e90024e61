/* `exec-gate sup`: the outer half. */
#ifndef SALLYPORT_GATE_SUPERVISE_H
#define SALLYPORT_GATE_SUPERVISE_H

#include "gate-start.h"

/* Starts PROGRAM and stays until it has ended; its exit status. */
int supervise(const struct gate_options *options);

#endif
