/* The notify filter that the inner half of the gate puts on itself and its children. */
#ifndef SALLYPORT_GATE_FILTER_H
#define SALLYPORT_GATE_FILTER_H

#include <stdbool.h>

/*
 * Installs it for a mode of gate-pass.h and returns the listener, -1 with errno. *holds_until_killed: whether a held call
 * waits through signals that do not kill (kernel 5.19 and later).
 */
int install_notify_filter(char mode, bool *holds_until_killed);

#endif
