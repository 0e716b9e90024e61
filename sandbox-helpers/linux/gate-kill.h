/* Signals to the sandbox's root program, and the end of everything. */
#ifndef SALLYPORT_GATE_KILL_H
#define SALLYPORT_GATE_KILL_H

/* To the root program's process group; before there is one, to PROGRAM. */
void signal_root(int signal);
/* SIGKILL to PROGRAM, and with a wall to everything in it. */
void kill_program(void);
/* SIGKILL to PROGRAM and to every process below the supervisor, and waits for their ends. */
void kill_everything(void);

#endif
