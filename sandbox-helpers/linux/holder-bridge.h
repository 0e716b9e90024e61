/*
 * The bridge of a session: a process of its own in the holder's network namespace, outside every sandbox's processes.
 */
#ifndef SALLYPORT_HOLDER_BRIDGE_H
#define SALLYPORT_HOLDER_BRIDGE_H

#include <sys/types.h>

/*
 * The channel that Node has opened to this process, or -1. Its variables are gone afterwards, every descriptor above the
 * standard streams but this one is closed, and this one does not outlive an exec.
 */
int keep_channel_alone(void);
/*
 * Starts the program `words[0]` with the other `count - 1` words and waits until it accepts connections. The channel, if
 * there is one, is the bridge's alone: it is closed here.
 */
pid_t start_bridge(char **words, int count, int channel);

#endif
