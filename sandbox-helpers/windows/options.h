/*
 * The words this helper is started with.
 * Promises: strict. Anything unknown, repeated, empty or half said ends the program with 125 before it has done anything.
 */
#ifndef SALLYPORT_OPTIONS_H
#define SALLYPORT_OPTIONS_H

#include <windows.h>

#include "words.h"

enum command { COMMAND_RUN, COMMAND_HOLD, COMMAND_CLEANUP, COMMAND_SWEEP };

enum { CAPABILITY_INTERNET_CLIENT = 1, CAPABILITY_PRIVATE_NETWORK = 2 };

struct options {
    enum command command;
    bool is_wall_said, is_walled;
    /* Bits of CAPABILITY_. */
    unsigned capabilities;
    /* Puts the program into a console group of its own, so that `break` can reach it. */
    bool has_own_group;
    /* Name of the package; NULL without a wall. */
    wchar_t *name;
    wchar_t *cwd, *journals, *status;
    /* Of cleanup: a journal; of sweep: a folder of them. */
    wchar_t *target;
    struct word_list reads, writes, denies, protects;
    /* NAME=VALUE each. */
    struct word_list environment;
    /* 0 for no limit. */
    DWORD processes, wall_milliseconds;
    ULONGLONG memory_bytes;
    int argc;
    wchar_t **argv;
};

/* Reads the words of wmain. */
void read_options(struct options *options, int argc, wchar_t **argv);

#endif
