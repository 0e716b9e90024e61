/* Reasons that a person reads, on the stderr of the process that was refused. */
#ifndef SALLYPORT_GATE_TELL_H
#define SALLYPORT_GATE_TELL_H

/*
 * Writes message and a newline on the process's own stderr, without waiting for its reader; what
 * a full pipe does not take is lost. Holds the supervisor up for a tenth of a second at most.
 */
void tell_caller(int pidfd, const char *message);

#endif
