#include "gate-watch.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gate-rpc.h"
#include "kernel-calls.h"

#define WATCHES_MAX 8192
#define INFO_EXIT (1u << 3)

struct kernel_pidfd_info {
    uint64_t mask, cgroup;
    uint32_t ids[11];
    int32_t exit_code;
};
#define PIDFD_INFO_CALL _IOWR(0xFF, 11, struct kernel_pidfd_info)

struct watch {
    uint64_t number;
    pid_t pid;
    int pidfd;
    struct watch *next;
};

static struct watch *watches;
static int watch_count;
static uint64_t last_number;

bool read_exit(int pidfd, int *status) {
    struct kernel_pidfd_info info = {.mask = INFO_EXIT};
    if (ioctl(pidfd, PIDFD_INFO_CALL, &info) != 0 || !(info.mask & INFO_EXIT)) return false;
    *status = info.exit_code;
    return true;
}

/* Tried once, on a child of our own: the answer depends on the kernel alone. */
bool has_exit_codes(void) {
    static int known = -1;
    if (known >= 0) return known;
    pid_t child = fork();
    if (child == 0) _exit(7);
    int pidfd = child > 0 ? call_pidfd_open(child) : -1, status = 0, ended;
    if (child > 0) waitpid(child, &ended, 0);
    known = pidfd >= 0 && read_exit(pidfd, &status) && WIFEXITED(status) && WEXITSTATUS(status) == 7;
    if (pidfd >= 0) close(pidfd);
    return known;
}

void watch_exit(const struct caller *caller) {
    for (struct watch *watch = watches; watch; watch = watch->next)
        if (watch->pid == caller->tgid) return; /* one process, one end */
    struct watch *watch = watch_count < WATCHES_MAX ? malloc(sizeof *watch) : NULL;
    int pidfd = watch ? fcntl(caller->pidfd, F_DUPFD_CLOEXEC, 3) : -1;
    if (pidfd < 0) {
        free(watch);
        return;
    }
    *watch = (struct watch){++last_number, caller->tgid, pidfd, watches};
    watches = watch;
    watch_count++;
    watch_fd(pidfd, EPOLLIN, EVENT_WATCH, watch->number);
}

void serve_watch(uint64_t number, uint32_t events) {
    struct watch **link = &watches;
    while (*link && (*link)->number != number) link = &(*link)->next;
    struct watch *watch = *link;
    if (!watch) return;
    int status = 0;
    bool is_told = read_exit(watch->pidfd, &status);
    if (!is_told && has_exit_codes() && !(events & EPOLLHUP)) {
        /* Ended but not yet collected by its parent; the code comes with the hang-up. */
        struct epoll_event event = {.events = 0, .data.u64 = (uint64_t)EVENT_WATCH << 56 | number};
        epoll_ctl(gate.epoll, EPOLL_CTL_MOD, watch->pidfd, &event);
        return;
    }
    struct json_line line;
    json_begin(&line, "exit");
    json_number(&line, "pid", watch->pid);
    if (is_told && WIFEXITED(status)) json_number(&line, "code", WEXITSTATUS(status));
    else if (is_told && WIFSIGNALED(status)) json_number(&line, "signal", WTERMSIG(status));
    send_line(&line);
    *link = watch->next;
    watch_count--;
    close(watch->pidfd);
    free(watch);
}

bool has_watches(void) {
    return watches != NULL;
}
