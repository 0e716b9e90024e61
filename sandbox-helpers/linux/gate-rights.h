/* What the supervisor may do itself. */
#ifndef SALLYPORT_GATE_RIGHTS_H
#define SALLYPORT_GATE_RIGHTS_H

/*
 * Keeps only the rights to look at, to hurry and to end processes. Inside the wall even root owns no more
 * than its own files: a supervisor that is root must judge, and open, files as the sandbox would.
 */
void drop_rights(void);

#endif
