/*
 * tether: starts a program and ends it with the engine.
 *
 * Promises: when the process that started this one ends, however it ends, the program's process group is killed; the
 * program's exit status becomes ours; a signal sent to us goes on to its group, and SIGUSR1 kills it.
 * Does not promise to reach what has left the process group: macOS has no namespace of processes.
 * Without it a sandboxed program would go on after a crash of the engine.
 *
 * tether [--foreground] [--expect-cwd DEVICE:INODE:PATH] -- PROGRAM [ARGUMENT...]
 *   --foreground: in our own group, for a program on a terminal
 *   --expect-cwd: starts nothing, with status 124, where the working directory is another one
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/event.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../common/exit-codes.h"
#include "../common/expect-folder.h"
#include "../common/fail.h"

static const int FORWARDED[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
#define KILL_SIGNAL SIGUSR1
#define FORWARDED_COUNT (sizeof FORWARDED / sizeof FORWARDED[0])

static void watch(int queue, uintptr_t what, int16_t filter, uint32_t flags) {
    struct kevent event;
    EV_SET(&event, what, filter, EV_ADD | EV_ENABLE, flags, 0, NULL);
    if (kevent(queue, &event, 1, NULL, 0, NULL) != 0) fail("kevent");
}

/* False for a process that has ended: a dead one cannot be watched. */
static bool watch_end(int queue, pid_t child) {
    struct kevent event;
    EV_SET(&event, (uintptr_t)child, EVFILT_PROC, EV_ADD | EV_ENABLE, NOTE_EXIT, 0, NULL);
    if (kevent(queue, &event, 1, NULL, 0, NULL) == 0) return true;
    if (errno != ESRCH) fail("kevent");
    return false;
}

static pid_t start(char **argv, bool is_foreground) {
    pid_t child = fork();
    if (child < 0) fail("fork");
    if (child > 0) {
        /* both sides set it: whichever comes first */
        if (!is_foreground) setpgid(child, child);
        return child;
    }
    if (!is_foreground) setpgid(0, 0);
    for (size_t i = 0; i < FORWARDED_COUNT; i++) signal(FORWARDED[i], SIG_DFL);
    signal(KILL_SIGNAL, SIG_DFL);
    execv(argv[0], argv);
    int error = errno;
    fprintf(stderr, "sallyport: %s: %s\n", argv[0], strerror(error));
    _exit(EXIT_HELPER_FAILED);
}

static int status_of(pid_t child) {
    int status;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR) return EXIT_HELPER_FAILED;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void kill_all(pid_t child, bool is_foreground) {
    if (is_foreground) kill(child, SIGKILL);
    else kill(-child, SIGKILL);
}

int main(int argc, char **argv) {
    helper_name = "tether";
    pid_t parent = getppid();
    bool is_foreground = argc > 1 && strcmp(argv[1], "--foreground") == 0;
    int at = is_foreground ? 2 : 1;
    const char *expected = at + 1 < argc && strcmp(argv[at], "--expect-cwd") == 0 ? argv[at + 1] : NULL;
    if (expected) at += 2;
    if (at + 1 >= argc || strcmp(argv[at], "--") != 0)
        fail_because("arguments", "tether [--foreground] [--expect-cwd FOLDER] -- PROGRAM");
    if (expected) expect_folder(expected);
    int queue = kqueue();
    if (queue < 0) fail("kqueue");
    for (size_t i = 0; i < FORWARDED_COUNT; i++) {
        signal(FORWARDED[i], SIG_IGN);
        watch(queue, (uintptr_t)FORWARDED[i], EVFILT_SIGNAL, 0);
    }
    signal(KILL_SIGNAL, SIG_IGN);
    watch(queue, KILL_SIGNAL, EVFILT_SIGNAL, 0);
    watch(queue, (uintptr_t)parent, EVFILT_PROC, NOTE_EXIT);
    if (getppid() != parent) return EXIT_HELPER_FAILED; /* it ended before we could watch it */
    pid_t child = start(argv + at + 1, is_foreground);
    if (!watch_end(queue, child)) return status_of(child); /* it has ended already */
    for (;;) {
        struct kevent event;
        if (kevent(queue, NULL, 0, &event, 1, NULL) != 1) {
            if (errno == EINTR) continue;
            kill_all(child, is_foreground);
            return EXIT_HELPER_FAILED;
        }
        if (event.filter == EVFILT_SIGNAL && event.ident == KILL_SIGNAL) {
            kill_all(child, is_foreground);
        } else if (event.filter == EVFILT_SIGNAL) {
            /* on a terminal the kernel has told the whole group already */
            if (!is_foreground) kill(-child, (int)event.ident);
        } else if ((pid_t)event.ident == child) {
            int status = status_of(child);
            if (!is_foreground) kill(-child, SIGKILL); /* what it left behind */
            return status;
        } else {
            kill_all(child, is_foreground);
            return EXIT_HELPER_FAILED;
        }
    }
}
