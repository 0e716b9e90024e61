/* The handover between the two halves: mode byte in, listener out, acknowledgement in. */
#ifndef SALLYPORT_GATE_PASS_H
#define SALLYPORT_GATE_PASS_H

#define MODE_EXEC 'e'
#define MODE_EXEC_AND_WRITE 'w'
#define MODE_ALL_AND_READ 'r'
#define LISTENER_KILLABLE 'K'
#define LISTENER_PLAIN 'L'
#define LISTENER_TAKEN 'k'

#endif
