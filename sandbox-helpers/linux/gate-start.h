/* Starting PROGRAM: the descriptors and namespaces it begins with. */
#ifndef SALLYPORT_GATE_START_H
#define SALLYPORT_GATE_START_H

#include <sys/types.h>

#include "gate-limits.h"

#define LOCKS_MAX 256

struct gate_options {
    pid_t anchor;       /* 0: none */
    const char *rpc_path, *launch, *gate_names;
    int gates_exec, gates_writes, gates_reads;
    int makes_pipes;    /* the program gets pipes for the standard streams, whatever ours are */
    const char *wall_path;
    const char *expected_folder; /* NULL: any working directory will do */
    char *lock_paths[LOCKS_MAX]; /* one for each folder with placeholders */
    int lock_count;
    struct limits limits;
    char **command;
};

/* Forks and execs PROGRAM; sets gate.child and gate.socket. Failures end the process with 125. */
void start_program(const struct gate_options *options);

#endif
