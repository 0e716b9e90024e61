/*
 * Which program a process is running, told apart without names: the addresses of its code, stack
 * and arguments (fields 26, 28 and 48 of /proc/PID/stat) are new at each exec and equal across
 * fork, vfork and clone. So "a process that still is the shell" is one whose image is the shell's,
 * whatever its parent, session or depth. With address randomisation switched off two programs may
 * look alike; that can only lead to more questions, never to fewer.
 */
#ifndef SALLYPORT_GATE_IMAGE_H
#define SALLYPORT_GATE_IMAGE_H

#include <stdbool.h>
#include <sys/types.h>

struct image {
    unsigned long code, stack, arguments;
};

/* False when the process is gone, between two images, or may not be looked at. */
bool read_image(pid_t pid, struct image *image);
bool is_same_image(const struct image *a, const struct image *b);
/* Execs by this image are asked from now on. */
void gate_image(const struct image *image);
/* From now on every exec is asked: an image that had to be gated was lost. */
void gate_everything(void);
bool gates_everything(void);
bool is_gated(const struct image *image);

#endif
