/* See holder-guard.h. */
#include "holder-guard.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../common/command-line.h"
#include "../common/exit-codes.h"
#include "../common/fail.h"
#include "../common/json-line.h"
#include "holder-paths.h"
#include "holder-places.h"
#include "holder-watch.h"
#include "kernel-calls.h"

#define FIELDS_MAX 2048
#define CHANNEL 3
#define HIGH 10
#define SLICE_NANOSECONDS 100000

/* ---- in the guard */

static struct watched_path *guarded;
static int guarded_count;
static bool has_told; /* until the engine has said anew what is hidden */

static void tell(const char *type, const char *path, const char *step, int error) {
    struct json_line line;
    json_begin(&line, type);
    json_string(&line, "path", path);
    if (error) {
        json_string(&line, "step", step);
        json_string(&line, "errno", errno_name(error));
    }
    json_end(&line);
    if (!json_write(&line, STDOUT_FILENO)) _exit(0);
    json_free(&line);
}

static void answer(const char *id, const char *step, int error) {
    struct json_line line;
    json_begin_plain(&line);
    json_string(&line, "id", id);
    json_bool(&line, "ok", error == 0);
    if (error) {
        json_string(&line, "step", step);
        json_string(&line, "errno", errno_name(error));
    }
    json_end(&line);
    if (!json_write(&line, STDOUT_FILENO)) _exit(0);
    json_free(&line);
}

static void expose(const char *path, int error) {
    tell("exposed", path, "cover", error);
}

static void tell_change(const char *path) {
    if (has_told) return;
    has_told = true;
    tell("changed", path, NULL, 0);
}

/* A link has come, there or above: what it leads to has a name of its own, which the engine does not know yet. */
static void cover_target(const char *path) {
    struct stat status;
    char *real = realpath(path, NULL);
    if (real && strcmp(real, path) != 0 && strncmp(real, "/dev/", 5) != 0 && lstat(real, &status) == 0 && S_ISREG(status.st_mode)) {
        struct watched_path name = {.path = real};
        struct guarded what = {&name, 1, false};
        cover_everywhere(&what, expose);
    }
    free(real);
}

static void on_all(const struct watched_path *paths, int count) {
    struct guarded what = {paths, count, false};
    cover_everywhere(&what, expose);
    /* Where programs may put a link themselves it leads nowhere but to what they choose. */
    for (int i = 0; i < count; i++)
        if (!paths[i].is_inner) cover_target(paths[i].path);
    if (count > 0) tell_change(paths[0].path);
}

static void on_seen(const struct watched_path *path) {
    on_all(path, 1);
}

static const struct watch_taker taker = {on_seen, on_all, cover_in_launches};

static int enter(pid_t pid) {
    struct guarded what = {guarded, guarded_count, true};
    int error = add_place(pid);
    if (!error) cover_in_newest(&what, expose);
    return error;
}

/* The kernel takes a short slice as the wish to run soon; one that knows no slices runs it when it is its turn. */
static void be_prompt(void) {
    struct {
        uint32_t size, policy;
        uint64_t flags;
        int32_t nice;
        uint32_t priority;
        uint64_t slice, deadline, period;
    } wish = {.size = sizeof wish, .policy = SCHED_OTHER, .nice = getpriority(PRIO_PROCESS, 0), .slice = SLICE_NANOSECONDS};
    syscall(SYS_sched_setattr, 0, &wish, 0);
}

/* near:PATH, inner:PATH or PATH; the path is part of the text. */
static struct watched_path read_name(char *text) {
    static const char near[] = "near:", inner[] = "inner:";
    bool has_near = strncmp(text, near, sizeof near - 1) == 0, is_inner = strncmp(text, inner, sizeof inner - 1) == 0;
    return (struct watched_path){text + (has_near ? sizeof near - 1 : is_inner ? sizeof inner - 1 : 0), has_near, is_inner};
}

/* The names are the same as before: a look at each of them would only keep a change waiting. */
static bool is_same_list(char **fields, int count) {
    if (count != guarded_count || count == 0) return false;
    for (int i = 0; i < count; i++) {
        struct watched_path name = read_name(fields[i]), *old = &guarded[i];
        if (name.has_near != old->has_near || name.is_inner != old->is_inner || strcmp(name.path, old->path) != 0) return false;
    }
    return true;
}

static int guard_only(char **fields, int count) {
    struct watched_path *paths = calloc((size_t)count + 1, sizeof *paths);
    if (!paths) fail("memory");
    for (int i = 0; i < count; i++) {
        paths[i] = read_name(fields[i]);
        paths[i].path = strdup(paths[i].path);
        if (!paths[i].path) fail("memory");
        if (!is_exact_path(paths[i].path)) return EINVAL; /* the engine's own mistake; the old list stays */
    }
    watch_only(paths, count);
    for (int i = 0; i < guarded_count; i++) free(guarded[i].path);
    free(guarded);
    guarded = paths;
    guarded_count = count;
    return 0;
}

static void obey(char *text) {
    static char *fields[FIELDS_MAX];
    int count = split_fields(text, fields, FIELDS_MAX);
    const char *id = count >= 2 ? fields[1] : "";
    pid_t pid = count == 3 ? (pid_t)strtol(fields[2], NULL, 10) : 0;
    if (count >= 2 && strcmp(fields[0], "guard") == 0) {
        has_told = false;
        bool is_known = is_same_list(fields + 2, count - 2);
        int error = is_known ? 0 : guard_only(fields + 2, count - 2);
        for (int i = 0; i < guarded_count; i++)
            if (watch_error(&guarded[i])) tell("unwatched", guarded[i].path, "watch", watch_error(&guarded[i]));
        answer(id, "guard", error);
        if (is_known) return;
        /* After the answer, which somebody waits for: until now a launch has covered them. */
        struct guarded what = {guarded, guarded_count, true};
        cover_everywhere(&what, expose);
    } else if (pid > 0) {
        answer(id, "namespace", strcmp(fields[0], "enter") == 0 ? enter(pid) : remove_place(pid));
    } else {
        answer(id, "command", EINVAL);
    }
}

static _Noreturn void be_guard(pid_t holder, int channel, pid_t anchor) {
    static char text[COMMAND_LINE_BYTES_MAX + 1];
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) fail("parent-death signal");
    if (getppid() != holder) _exit(EXIT_HELPER_FAILED);
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    /* The commands on the holder's input are for the holder alone. */
    if (null < 0 || dup2(null, STDIN_FILENO) < 0) fail("guard");
    /* First out of the way, then to where nothing is closed. */
    if (!watch_move(HIGH) || (channel = fcntl(channel, F_DUPFD_CLOEXEC, HIGH)) < 0) fail("guard");
    call_close_range(CHANNEL, HIGH - 1);
    if (dup2(channel, CHANNEL) < 0 || !watch_move(CHANNEL)) fail("guard");
    call_close_range(CHANNEL + 2, ~0u);
    be_prompt();
    places_begin();
    watch_begin();
    if (add_place(anchor) != 0) fail("guard: anchor");
    for (;;) {
        struct pollfd polls[3] = {
            {CHANNEL, POLLIN, 0}, {watch_descriptor(WATCH_OUTER), POLLIN, 0}, {watch_descriptor(WATCH_INNER), POLLIN, 0}};
        if (poll(polls, 3, -1) < 0) continue;
        if (polls[1].revents || polls[2].revents) watch_read(&taker);
        if (!polls[0].revents) continue;
        ssize_t length = recv(CHANNEL, text, sizeof text - 1, 0);
        if (length <= 0) _exit(0);
        text[length] = 0;
        obey(text);
    }
}

/* ---- in the holder */

static int guard_channel = -1, guard_pidfd = -1;
static pid_t guard_pid;

bool is_for_guard(const char *text) {
    return strncmp(text, "guard ", 6) == 0 || strncmp(text, "enter ", 6) == 0 || strncmp(text, "leave ", 6) == 0;
}

static bool start_guard(pid_t anchor) {
    int ends[2], size = 2 * COMMAND_LINE_BYTES_MAX;
    pid_t holder = getpid();
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return false;
    /* As much as the system lets it: one message is one command. */
    setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    guard_pid = fork();
    if (guard_pid == 0) be_guard(holder, ends[1], anchor);
    close(ends[1]);
    guard_channel = ends[0];
    guard_pidfd = guard_pid < 0 ? -1 : call_pidfd_open(guard_pid);
    return guard_pidfd >= 0;
}

bool tell_guard(const char *text, pid_t anchor) {
    if (guard_channel < 0 && !start_guard(anchor)) return false;
    return send(guard_channel, text, strlen(text), MSG_DONTWAIT | MSG_NOSIGNAL) >= 0;
}

int guard_ending(void) {
    return guard_pidfd;
}

void end_guard(void) {
    if (guard_pid <= 0) return;
    kill(guard_pid, SIGKILL);
    while (waitpid(guard_pid, NULL, 0) < 0 && errno == EINTR) continue;
}
