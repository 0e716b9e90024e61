/* Judging a held call that opens a file for writing. */
#ifndef SALLYPORT_GATE_WRITE_H
#define SALLYPORT_GATE_WRITE_H

#include <linux/seccomp.h>

void serve_write(const struct seccomp_notif *notice);

#endif
