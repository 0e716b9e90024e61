/* Judging a held connect. */
#ifndef SALLYPORT_GATE_CONNECT_H
#define SALLYPORT_GATE_CONNECT_H

#include <linux/seccomp.h>

void serve_connect(const struct seccomp_notif *notice);

#endif
