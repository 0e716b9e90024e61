/*
 * The inner half of the gate: puts the filter on itself, hands the listener out, becomes CMD.
 * The listener never stays inside, and exactly one execve is made, so that the supervisor can
 * take the first held exec for the root program's own.
 */
#include "gate-run.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "../common/exit-codes.h"
#include "../common/fail.h"
#include "gate-filter.h"
#include "gate-group.h"
#include "gate-pass.h"
#include "gate-state.h"

/* The kernel takes one listener for a process and all that comes from it. */
#define NESTED_MESSAGE "another gate holds the programs here already, as inside a sandbox of Sallyport: what is started needs no second one"
#define DEFAULT_PATH "/usr/local/bin:/usr/bin:/bin"

static char read_byte(int fd) {
    char byte;
    ssize_t count;
    while ((count = read(fd, &byte, 1)) < 0 && errno == EINTR) continue;
    if (count < 0) fail("supervisor");
    if (count == 0) fail_because("supervisor", "it is gone");
    return byte;
}

static void send_listener(int socket, int listener, char kind) {
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control;
    memset(&control, 0, sizeof control);
    struct iovec data = {&kind, 1};
    struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof listener);
    memcpy(CMSG_DATA(header), &listener, sizeof listener);
    if (sendmsg(socket, &message, MSG_NOSIGNAL) != 1) fail("sending the listener");
}

static bool is_runnable(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode) && access(path, X_OK) == 0;
}

/* Finds a bare name in PATH. What remains in `found` after a failure is a name that exists, if any. */
static int find_program(const char *name, char *found, size_t size) {
    int problem = ENOENT;
    const char *path = getenv("PATH");
    for (const char *part = path && *path ? path : DEFAULT_PATH;; part++) {
        size_t length = strcspn(part, ":");
        int needed = length ? snprintf(found, size, "%.*s/%s", (int)length, part, name) : snprintf(found, size, "./%s", name);
        if (needed > 0 && (size_t)needed < size) {
            if (is_runnable(found)) return 0;
            if (access(found, F_OK) == 0) problem = EACCES;
        }
        part += length;
        if (!*part) return problem;
    }
}

static int tell_not_run(const char *name, int problem) {
    dprintf(STDERR_FILENO, "sallyport: %s: %s\n", name, problem == ENOENT ? "command not found" : strerror(problem));
    return problem == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_RUNNABLE;
}

/* A shell that reads its commands from the terminal: it continues what Ctrl-Z stopped. */
static bool is_typed_shell(char **command) {
    static const char *const shells[] = {"bash", "zsh", "fish", "sh", "dash", "ksh"};
    const char *slash = strrchr(command[0], '/');
    const char *name = slash ? slash + 1 : command[0];
    bool is_shell = false;
    for (size_t i = 0; i < sizeof shells / sizeof *shells; i++) is_shell = is_shell || strcmp(name, shells[i]) == 0;
    if (!is_shell) return false;
    for (char **word = command + 1; *word; word++) {
        if ((*word)[0] != '-') return false;
        if ((*word)[1] != '-' && strchr(*word, 'c')) return false;
    }
    return true;
}

/*
 * A terminal of a gated launch is the engine's own: nobody is there who could continue what Ctrl-Z stopped, but a shell
 * that is typed into.
 */
static void disable_suspend_key(char **command) {
    if (is_typed_shell(command)) return;
    struct termios settings;
    if (tcgetattr(STDIN_FILENO, &settings) != 0) return;
    settings.c_cc[VSUSP] = _POSIX_VDISABLE;
    tcsetattr(STDIN_FILENO, TCSANOW, &settings);
}

int run_inside(int argc, char **argv) {
    if (argc < 3 || strcmp(argv[0], "9") != 0 || strcmp(argv[1], "--") != 0) fail_because("arguments", "run 9 -- CMD ARGS...");
    struct stat status;
    if (fstat(GATE_SOCKET_FD, &status) != 0 || !S_ISSOCK(status.st_mode)) fail_because("descriptor 9", "not the supervisor's socket");
    char mode = read_byte(GATE_SOCKET_FD);
    if (mode != MODE_EXEC && mode != MODE_EXEC_AND_WRITE && mode != MODE_ALL_AND_READ) fail_because("mode", "unknown");
    char **command = argv + 2;
    char found[PATH_MAX];
    int problem = 0;
    if (strchr(command[0], '/')) snprintf(found, sizeof found, "%s", command[0]);
    else problem = *command[0] ? find_program(command[0], found, sizeof found) : ENOENT;
    if (problem) return tell_not_run(command[0], problem);
    disable_suspend_key(command);
    lead_own_group();
    bool holds_until_killed;
    int listener = install_notify_filter(mode, &holds_until_killed);
    if (listener < 0 && errno == EBUSY) fail_because("seccomp listener", NESTED_MESSAGE);
    if (listener < 0) fail("seccomp listener");
    send_listener(GATE_SOCKET_FD, listener, holds_until_killed ? LISTENER_KILLABLE : LISTENER_PLAIN);
    close(listener);
    if (read_byte(GATE_SOCKET_FD) != LISTENER_TAKEN) fail_because("supervisor", "unexpected answer");
    close(GATE_SOCKET_FD);
    close(WALL_FD);
    execv(found, command);
    return tell_not_run(command[0], errno);
}
