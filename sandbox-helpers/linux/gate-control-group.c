/*
 * Version 2 of control groups wherever both limits are offered in one; for the number of processes
 * also a group of version 1, whose files have the same names.
 */
#include "gate-control-group.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../common/fail.h"

#define REMOVE_ROUNDS_MAX 200

struct group {
    char path[PATH_MAX - 64]; /* empty: none */
    int events;               /* its file of events, -1: none */
    const char *event;
};

static struct group pids = {.events = -1, .event = "max "}, memory = {.events = -1, .event = "oom_kill "};

static int open_in(const struct group *group, const char *name, int flags) {
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", group->path, name);
    return open(path, flags | O_CLOEXEC);
}

static bool write_in(const struct group *group, const char *name, const char *value) {
    int fd = open_in(group, name, O_WRONLY);
    if (fd < 0) return false;
    bool is_written = write(fd, value, strlen(value)) == (ssize_t)strlen(value);
    close(fd);
    return is_written;
}

static bool are_one(void) {
    return pids.path[0] && strcmp(pids.path, memory.path) == 0;
}

static bool make_group(struct group *group, const char *base) {
    int length = snprintf(group->path, sizeof group->path, "%s/sallyport-%d", base, (int)getpid());
    if (length > 0 && (size_t)length < sizeof group->path) {
        if (are_one()) return true;
        /* One of that name is left over from a supervisor that was killed, and so are its counters. */
        if (mkdir(group->path, 0755) == 0) return true;
        if (errno == EEXIST && rmdir(group->path) == 0 && mkdir(group->path, 0755) == 0) return true;
    }
    group->path[0] = 0;
    return false;
}

static void take_events(struct group *group, const char *name, bool is_set) {
    group->events = is_set ? open_in(group, name, O_RDONLY) : -1;
    if (group->events >= 0) return;
    if (!are_one()) rmdir(group->path);
    group->path[0] = 0;
}

void make_control_groups(const struct limits *limits) {
    char number[32];
    if (limits->processes && limits->pids_base && make_group(&pids, limits->pids_base)) {
        snprintf(number, sizeof number, "%lld", (long long)limits->processes);
        take_events(&pids, "pids.events", write_in(&pids, "pids.max", number));
    }
    if (limits->memory_bytes && limits->memory_base && make_group(&memory, limits->memory_base)) {
        snprintf(number, sizeof number, "%lld", (long long)limits->memory_bytes);
        /* Without a swap file there is no such switch; the last of the three ends the launch as a whole. */
        write_in(&memory, "memory.swap.max", "0");
        bool is_set = write_in(&memory, "memory.max", number) && write_in(&memory, "memory.oom.group", "1");
        take_events(&memory, "memory.events", is_set);
    }
}

bool has_pids_group(void) {
    return pids.path[0] != 0;
}

bool has_memory_group(void) {
    return memory.path[0] != 0;
}

void enter_control_groups(void) {
    if (has_pids_group() && !write_in(&pids, "cgroup.procs", "0")) fail("control group");
    if (has_memory_group() && !are_one() && !write_in(&memory, "cgroup.procs", "0")) fail("control group");
}

/* Lines of a name and a number. */
static bool has_happened(const struct group *group) {
    char text[512];
    if (group->events < 0) return false;
    ssize_t length = pread(group->events, text, sizeof text - 1, 0);
    if (length <= 0) return false;
    text[length] = 0;
    for (char *line = text; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (!*line) break;
        if (strncmp(line, group->event, strlen(group->event)) == 0) return strtoll(line + strlen(group->event), NULL, 10) > 0;
    }
    return false;
}

bool has_group_refused_fork(void) {
    return has_happened(&pids);
}

bool has_group_run_out(void) {
    return has_happened(&memory);
}

/* What was killed stays in its group until the kernel has cleared it away. */
static void remove_group(struct group *group) {
    if (group->events >= 0) close(group->events);
    group->events = -1;
    for (int round = 0; group->path[0] && rmdir(group->path) != 0 && errno == EBUSY && round < REMOVE_ROUNDS_MAX; round++) usleep(5000);
    group->path[0] = 0;
}

void remove_control_groups(void) {
    if (are_one()) memory.path[0] = 0;
    remove_group(&pids);
    remove_group(&memory);
}
