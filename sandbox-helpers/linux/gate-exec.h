/* Judging a held execve or execveat. */
#ifndef SALLYPORT_GATE_EXEC_H
#define SALLYPORT_GATE_EXEC_H

#include <linux/seccomp.h>

void serve_exec(const struct seccomp_notif *notice);

#endif
