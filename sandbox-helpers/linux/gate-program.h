/* The file behind a held exec: whether it is there, what it is, and what the kernel will make of it. */
#ifndef SALLYPORT_GATE_PROGRAM_H
#define SALLYPORT_GATE_PROGRAM_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "gate-path.h"
#include "gate-state.h"

#define SHEBANG_BYTES_MAX 255
#define INTERPRETED_BYTES_MAX (8 * 1024)

struct exec_call {
    uint64_t path_address, argv_address, environment_address;
    int dirfd, flags;
    char path[CALLER_PATH_BYTES];  /* as given; made absolute for execveat with a directory */
    char script[CALLER_PATH_BYTES]; /* the name an interpreter would get for it */
    bool is_by_fd;
};

enum found_kind { PROGRAM_RUNNABLE, PROGRAM_MISSING, PROGRAM_UNKNOWN, PROGRAM_IS_ASK };

struct found_program {
    enum found_kind kind;
    char shebang[SHEBANG_BYTES_MAX + 1]; /* the interpreter line without "#!"; empty for anything else */
    /* Where the file of the call really lies, without links; empty when that cannot be found out. */
    char real[PATH_MAX];
    /* The file that will be running: the program itself or, for a script, its interpreter. */
    bool has_file;
    uint64_t device, inode;
    /* The words that stand in place of the first one when an interpreter runs it, each with its end. */
    char words[INTERPRETED_BYTES_MAX];
    size_t words_length;
    /* A format that only a registered handler knows: neither file nor words can be foretold. */
    bool is_foreign;
};

/* Fills in path, script and the addresses; false with the errno that the kernel would give. */
bool read_exec_call(const struct seccomp_notif *notice, const struct caller *caller, struct exec_call *call);
void find_program(const struct caller *caller, const struct exec_call *call, struct found_program *found);

#endif
