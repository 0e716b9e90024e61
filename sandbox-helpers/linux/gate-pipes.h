/* Real pipes for a program whose starter can only give sockets: the supervisor carries the bytes. */
#ifndef SALLYPORT_GATE_PIPES_H
#define SALLYPORT_GATE_PIPES_H

#include <stdbool.h>

/* Makes the pipes. Before the fork; failures end the process with 125. */
void open_pipes(void);
/*
 * The same, only for a standard input that is a file which was opened for reading: behind a wall the program could open
 * it anew through /proc/self/fd, for writing, since a descriptor keeps the mount of outside. A folder, from which all of
 * outside can be reached, ends the process with 125.
 */
void shield_input(void);
/* In the child: its ends become descriptors 0, 1 and 2. */
void place_pipes(void);
/* In the supervisor, after the fork: begins to carry, if there is a pipe. An EVENT_PIPES tells when all is carried. */
void start_carrying(void);
/* The program is gone: what is in the pipes now is the last that is carried. */
void finish_carrying(void);
/* Handles EVENT_PIPES. */
void serve_pipes(void);
/* True until everything is carried or its reader is gone; false when there are no pipes. */
bool is_carrying(void);

#endif
