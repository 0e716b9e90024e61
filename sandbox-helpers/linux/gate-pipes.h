/* Real pipes for a program whose starter can only give sockets: the supervisor carries the bytes. */
#ifndef SALLYPORT_GATE_PIPES_H
#define SALLYPORT_GATE_PIPES_H

#include <stdbool.h>

/* Makes the pipes. Before the fork; failures end the process with 125. */
void open_pipes(void);
/* In the child: its ends become descriptors 0, 1 and 2. */
void place_pipes(void);
/* In the supervisor, after the fork: begins to carry. An EVENT_PIPES tells when all is carried. */
void start_carrying(void);
/* The program is gone: what is in the pipes now is the last that is carried. */
void finish_carrying(void);
/* Handles EVENT_PIPES. */
void serve_pipes(void);
/* True until everything is carried or its reader is gone; false when there are no pipes. */
bool is_carrying(void);

#endif
