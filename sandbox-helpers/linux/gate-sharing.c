#include "gate-sharing.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel-calls.h"

#define CHILDREN_LOOKED_AT 64
#define STAT_THREADS_FIELD 20

bool is_traced_inside(const struct caller *caller) {
    return caller->tracer != 0 && caller->tracer != getpid();
}

static bool read_text(const char *path, char *text, size_t size) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    ssize_t length = read(fd, text, size - 1);
    close(fd);
    if (length < 0) return false;
    text[length] = 0;
    return true;
}

/* A parent that waits for its vfork child runs nothing, if it has no other thread. */
static bool is_at_rest(pid_t pid) {
    char path[64], text[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    char *rest = read_text(path, text, sizeof text) ? strrchr(text, ')') : NULL;
    if (!rest || rest[1] != ' ') return false;
    char state = rest[2];
    int field = 2;
    char *save = NULL, *word = strtok_r(rest + 1, " ", &save);
    while (word && ++field < STAT_THREADS_FIELD) word = strtok_r(NULL, " ", &save);
    return state == 'D' && word && atoi(word) == 1;
}

bool shares_memory(const struct caller *caller) {
    if (caller->parent > 0 && call_shares_memory(caller->tgid, caller->parent) && !is_at_rest(caller->parent)) return true;
    char path[96], text[1024];
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)caller->tgid, (int)caller->tid);
    if (!read_text(path, text, sizeof text)) return false;
    char *at = text;
    for (int i = 0; i < CHILDREN_LOOKED_AT; i++) {
        pid_t child = (pid_t)strtol(at, &at, 10);
        if (child <= 0) return false;
        if (call_shares_memory(caller->tgid, child)) return true;
    }
    return false;
}
