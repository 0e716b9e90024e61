#include "gate-kill.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gate-state.h"
#include "gate-usage.h"
#include "kernel-calls.h"

#define SIGNAL_PROCESS_GROUP 4u
#define KILL_ROUNDS_MAX 2000
#define FIRST_MAX 16
#define HURRIED_NICENESS (-20)

/* The parent of a process; 0 when it is gone. */
static pid_t read_parent(pid_t pid, pid_t *group) {
    char path[64], text[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return 0;
    ssize_t length = read(fd, text, sizeof text - 1);
    close(fd);
    if (length <= 0) return 0;
    text[length] = 0;
    char *rest = strrchr(text, ')');
    int parent = 0, pgrp = 0;
    if (!rest || sscanf(rest + 1, " %*c %d %d", &parent, &pgrp) != 2) return 0;
    if (group) *group = pgrp;
    return parent;
}

/* Without a gate the root program is not known by number: every process of the launch's group but the wall's own. */
static void signal_group(int signal) {
    pid_t own = getpid(), launch_group = 0, group = 0;
    if (read_parent(gate.child, &launch_group) == 0) return;
    if (launch_group == gate.child && !gate.anchor) {
        kill(-gate.child, signal); /* started without a wall, in a group of its own */
        return;
    }
    DIR *processes = opendir("/proc");
    if (!processes) return;
    bool is_sent = false;
    for (struct dirent *entry; (entry = readdir(processes));) {
        if (!isdigit((unsigned char)entry->d_name[0])) continue;
        pid_t pid = (pid_t)atoi(entry->d_name), parent = read_parent(pid, &group);
        if (!parent || group != launch_group || pid == own || pid == gate.child || parent == gate.child) continue;
        is_sent |= kill(pid, signal) == 0;
    }
    closedir(processes);
    if (!is_sent) kill(gate.child, signal); /* it has not come so far yet */
}

void signal_root(int signal) {
    if (!gate.root) {
        if (gate.child > 0) signal_group(signal);
        return;
    }
    pid_t group = 0;
    /* The number of a process that ended may belong to another one by now. */
    if (!read_parent(gate.root, &group) || call_pidfd_send_signal(gate.root_fd, 0, 0) != 0) return;
    if (group != gate.root) call_pidfd_send_signal(gate.root_fd, signal, 0);
    else if (call_pidfd_send_signal(gate.root_fd, signal, SIGNAL_PROCESS_GROUP) != 0 && errno == EINVAL) kill(-gate.root, signal);
}

static void kill_children(void) {
    DIR *processes = opendir("/proc");
    if (!processes) return;
    pid_t own = getpid();
    for (struct dirent *entry; (entry = readdir(processes));) {
        if (!isdigit((unsigned char)entry->d_name[0])) continue;
        pid_t pid = (pid_t)atoi(entry->d_name);
        if (read_parent(pid, NULL) == own) kill(pid, SIGKILL); /* a child's number stays its own until we collect it */
    }
    closedir(processes);
}

/*
 * The first process of the namespace takes all others with it, once it gets its turn to die: among thousands that start
 * still more this may take minutes, unless it goes before them. Root alone may arrange that.
 */
static void kill_first(void) {
    pid_t first[FIRST_MAX];
    int count = list_children(gate.child, first, FIRST_MAX);
    for (int i = 0; i < count; i++) {
        setpriority(PRIO_PROCESS, (id_t)first[i], HURRIED_NICENESS);
        kill(first[i], SIGKILL);
    }
}

void kill_program(void) {
    if (gate.child <= 0) return;
    setpriority(PRIO_PROCESS, (id_t)gate.child, HURRIED_NICENESS);
    kill(gate.child, SIGSTOP); /* its children stay its own, and their numbers with them */
    kill_first();
    kill(gate.child, SIGKILL);
}

void kill_everything(void) {
    siginfo_t left;
    /* Nobody is left as a rule, and looking through all processes of a busy machine takes long. */
    if (waitid(P_ALL, 0, &left, WEXITED | WNOHANG | WNOWAIT | __WALL) < 0 && errno == ECHILD) return;
    if (gate.child > 0) kill(gate.child, SIGKILL);
    /* Orphans come to us (subreaper), so killing children again and again reaches every depth. */
    for (int round = 0; round < KILL_ROUNDS_MAX; round++) {
        kill_children();
        int status;
        pid_t pid;
        while ((pid = waitpid(-1, &status, __WALL | WNOHANG)) > 0) continue;
        if (pid < 0 && errno == ECHILD) return;
        usleep(1000);
    }
}
