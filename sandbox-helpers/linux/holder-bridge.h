/*
 * The bridge of a session: a process of its own in the holder's network namespace, outside every sandbox's processes.
 */
#ifndef SALLYPORT_HOLDER_BRIDGE_H
#define SALLYPORT_HOLDER_BRIDGE_H

#include <sys/types.h>

/* Starts the program `words[0]` with the other `count - 1` words and waits until it accepts connections. */
pid_t start_bridge(char **words, int count);

#endif
