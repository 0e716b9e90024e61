/*
 * Texts in the memory of a stopped caller, read by whole pages and each page once: the words and
 * the environment of a program usually lie in a handful of pages.
 * Does not promise that another thread did not write in between.
 */
#ifndef SALLYPORT_GATE_MEMORY_H
#define SALLYPORT_GATE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* What follows is about this thread; what was read before is forgotten. */
void look_into(pid_t tid);
bool read_memory(uint64_t address, void *buffer, size_t size);
/* Length of the string, -1 with EFAULT, or with ENAMETOOLONG when `size` bytes hold no end. */
long read_memory_string(uint64_t address, char *buffer, size_t size);

#endif
