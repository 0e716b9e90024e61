/* The process group and the terminal of the root program. */
#ifndef SALLYPORT_GATE_GROUP_H
#define SALLYPORT_GATE_GROUP_H

/*
 * Gives the calling process a group of its own, so that signals meant for the program do not hit
 * bubblewrap or the supervisor, and the terminal's foreground when it has a terminal.
 */
void lead_own_group(void);

#endif
