#include "gate-start.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../common/exit-codes.h"
#include "../common/fail.h"
#include "gate-group.h"
#include "gate-pass.h"
#include "gate-pipes.h"
#include "gate-state.h"
#include "kernel-calls.h"

#define FIRST_FREE_FD 20

static bool is_same_namespace(pid_t pid, const char *kind) {
    char path[64];
    struct stat theirs, ours;
    snprintf(path, sizeof path, "/proc/%d/ns/%s", (int)pid, kind);
    if (stat(path, &theirs) != 0) fail("anchor");
    snprintf(path, sizeof path, "/proc/self/ns/%s", kind);
    return stat(path, &ours) == 0 && ours.st_ino == theirs.st_ino && ours.st_dev == theirs.st_dev;
}

static void join_anchor(pid_t anchor) {
    char cwd[PATH_MAX];
    if (!getcwd(cwd, sizeof cwd)) cwd[0] = 0;
    int pidfd = call_pidfd_open(anchor);
    if (pidfd < 0) fail("anchor");
    int kinds = CLONE_NEWUSER | CLONE_NEWNS;
    /* With a shared network there is none to join, and no right to join it. */
    if (!is_same_namespace(anchor, "net")) kinds |= CLONE_NEWNET;
    if (setns(pidfd, kinds) != 0) fail("joining the anchor");
    close(pidfd);
    if (cwd[0] && chdir(cwd) != 0 && chdir("/") != 0) fail("chdir");
}

/*
 * Shares the lock on the state file, making sure that it is the file which still has that name. The descriptor stays
 * with the supervisor: any process inside could open it anew, for writing, through /proc/PID/fd of one that inherited it.
 */
static int take_lock(const char *path) {
    for (;;) {
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        struct stat held, named;
        if (fd < 0) fail("lock file");
        while (flock(fd, LOCK_SH) != 0)
            if (errno != EINTR) fail("lock file");
        if (fstat(fd, &held) == 0 && stat(path, &named) == 0 && held.st_ino == named.st_ino && held.st_dev == named.st_dev) return fd;
        close(fd);
    }
}

/* Away from the fixed numbers, so that putting one in its place overwrites no other. */
static int move_up(int fd) {
    int moved = fcntl(fd, F_DUPFD_CLOEXEC, FIRST_FREE_FD);
    if (moved < 0) fail("descriptors");
    return moved;
}

static void place_fd(int fd, int number) {
    if (fd < 0) close(number);
    else if (dup2(fd, number) != number) fail("descriptors");
}

static void reset_signals(void) {
    sigset_t none;
    sigemptyset(&none);
    for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static _Noreturn void become_program(const struct gate_options *options, int socket, pid_t supervisor) {
    int wall = -1;
    place_pipes();
    if (socket >= 0) socket = move_up(socket);
    if (options->wall_path) {
        wall = open(options->wall_path, O_RDONLY | O_CLOEXEC);
        if (wall < 0) fail("wall");
        wall = move_up(wall);
    }
    enter_limits(options->anchor != 0);
    if (options->anchor) join_anchor(options->anchor);
    /* A container's own filter may refuse keyctl; then nothing inside can read a keyring either. */
    if (call_join_new_keyring() < 0 && errno != ENOSYS && errno != EPERM) fail("keyring");
    /* Joining a user namespace changes credentials and clears this, so it comes late. */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) fail("parent-death signal");
    if (getppid() != supervisor) _exit(EXIT_HELPER_FAILED);
    place_fd(socket, GATE_SOCKET_FD);
    place_fd(wall, WALL_FD);
    if (call_close_range(3, GATE_SOCKET_FD - 1) != 0 || call_close_range(WALL_FD + 1, ~0u) != 0) fail("close_range");
    reset_signals();
    /* Behind a gate the inner half does it. Nobody inside may send a signal to us by sending one to its own group. */
    if (!options->gates_exec) lead_own_group();
    execvp(options->command[0], options->command);
    fail(options->command[0]);
}

void start_program(const struct gate_options *options) {
    int ends[2] = {-1, -1};
    if (options->gates_exec && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) fail("socketpair");
    if (options->makes_pipes) open_pipes();
    else if (options->anchor) shield_input();
    /* Held until the supervisor ends, which is when nothing of the launch lives any more. */
    for (int i = 0; i < options->lock_count; i++) take_lock(options->lock_paths[i]);
    pid_t supervisor = getpid();
    gate.child = fork();
    if (gate.child < 0) fail("fork");
    if (gate.child == 0) {
        if (ends[0] >= 0) close(ends[0]);
        become_program(options, ends[1], supervisor);
    }
    if (!options->gates_exec) return;
    close(ends[1]);
    gate.socket = ends[0];
    char mode = options->gates_reads ? MODE_ALL_AND_READ : options->gates_writes ? MODE_EXEC_AND_WRITE : MODE_EXEC;
    if (send(gate.socket, &mode, 1, MSG_NOSIGNAL) != 1) fail("gate socket");
}
