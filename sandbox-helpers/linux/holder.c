/*
 * holder: keeps the outer namespaces of one session.
 *
 * Promises: it and its anchor die with the process that started them; the network namespace has
 * only a loopback; the anchor's view has every mask in place before "ready" is said; grants
 * reach running sandboxes without a moment in which a protected path is writable.
 * Does not promise isolation by itself: the wall is bubblewrap, started inside the anchor.
 * Without it: nothing could be granted to a running sandbox, because nobody outside the initial
 * user namespace may mount into it.
 */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../common/command-line.h"
#include "../common/exit-codes.h"
#include "../common/fail.h"
#include "../common/json-line.h"
#include "holder-bridge.h"
#include "holder-grant.h"
#include "holder-guard.h"
#include "holder-paths.h"
#include "holder-view.h"
#include "holder-watch.h"
#include "kernel-calls.h"

#define FIELDS_MAX 2048

static void write_file(const char *path, const char *text) {
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text)) fail(path);
    close(fd);
}

static void enter_namespaces(bool shares_net) {
    char map[64];
    uid_t uid = geteuid();
    gid_t gid = getegid();
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS | (shares_net ? 0 : CLONE_NEWNET)) != 0) fail("unshare");
    write_file("/proc/self/setgroups", "deny");
    snprintf(map, sizeof map, "%u %u 1", uid, uid);
    write_file("/proc/self/uid_map", map);
    snprintf(map, sizeof map, "%u %u 1", gid, gid);
    write_file("/proc/self/gid_map", map);
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) fail("private mounts");
}

/*
 * Of what a person's programs may watch together (inotify) those of a session get half: a program that takes what it can
 * get would keep all others, and other sessions' guards, from watching anything. Where that cannot be written it stays.
 */
static void halve_watches(void) {
    static const char *const limits[][2] = {
        {"/proc/sys/fs/inotify/max_user_instances", "/proc/sys/user/max_inotify_instances"},
        {"/proc/sys/fs/inotify/max_user_watches", "/proc/sys/user/max_inotify_watches"},
    };
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        char text[32] = "";
        int all = open(limits[i][0], O_RDONLY | O_CLOEXEC), own = open(limits[i][1], O_WRONLY | O_CLOEXEC);
        if (all >= 0 && own >= 0 && read(all, text, sizeof text - 1) > 0) dprintf(own, "%ld", (strtol(text, NULL, 10) + 1) / 2);
        if (all >= 0) close(all);
        if (own >= 0) close(own);
    }
}

static void bring_loopback_up(void) {
    struct ifreq request = {.ifr_name = "lo"};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || ioctl(fd, SIOCGIFFLAGS, &request) != 0) fail("loopback");
    request.ifr_flags |= IFF_UP | IFF_RUNNING;
    if (ioctl(fd, SIOCSIFFLAGS, &request) != 0) fail("loopback");
    close(fd);
}

/* Changing credentials clears the parent-death signal, so this comes after unshare. */
static void die_with(pid_t parent) {
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) fail("parent-death signal");
    if (getppid() != parent) _exit(EXIT_HELPER_FAILED);
}

static _Noreturn void be_anchor(struct view_op *ops, int count, int ready) {
    if (unshare(CLONE_NEWNS) != 0) fail("unshare of the view");
    apply_view(ops, count);
    /* The engine waits for the end of these streams: only the holder may keep them open. */
    int null = open("/dev/null", O_RDWR);
    if (null < 0) fail("/dev/null");
    for (int fd = 0; fd <= 2; fd++) dup2(null, fd);
    if (write(ready, "r", 1) != 1) _exit(EXIT_HELPER_FAILED);
    call_close_range(3, ~0u);
    for (;;) pause();
}

static pid_t start_anchor(struct view_op *ops, int count) {
    int ends[2];
    pid_t holder = getpid();
    if (pipe2(ends, O_CLOEXEC) != 0) fail("pipe");
    pid_t anchor = fork();
    if (anchor < 0) fail("fork");
    if (anchor == 0) {
        die_with(holder);
        close(ends[0]);
        be_anchor(ops, count, ends[1]);
    }
    close(ends[1]);
    char byte;
    ssize_t count_read;
    while ((count_read = read(ends[0], &byte, 1)) < 0 && errno == EINTR) continue;
    if (count_read != 1) _exit(EXIT_HELPER_FAILED); /* the anchor has said why */
    close(ends[0]);
    return anchor;
}

static bool parse_pid(const char *text, pid_t *pid) {
    char *end;
    errno = 0;
    long value = strtol(text, &end, 10);
    *pid = (pid_t)value;
    return !errno && *text && !*end && value > 0 && value == *pid;
}

/*
 * One command: mount ID PID PATH ro|rw [PROTECTED...], umount ID PID PATH, hide ID PID PATH, or
 * reveal ID PID COVERED [ro:PATH|rw:PATH [PROTECTED...]]... Those of the guard are in holder-guard.h.
 */
static struct grant_result obey(char **fields, int count) {
    struct grant_result odd = {.step = "command", .error = EINVAL};
    pid_t pid;
    if (count >= 5 && strcmp(fields[0], "mount") == 0 && parse_pid(fields[2], &pid)) {
        bool is_writable = strcmp(fields[4], "rw") == 0;
        if (!is_writable && strcmp(fields[4], "ro") != 0) return odd;
        struct grant_request request = {pid, fields[3], is_writable, fields + 5, count - 5};
        return put_grant(&request);
    }
    if (count >= 4 && strcmp(fields[0], "reveal") == 0 && parse_pid(fields[2], &pid))
        return reveal_in_cover(pid, fields[3], fields + 4, count - 4);
    if (count == 4 && strcmp(fields[0], "hide") == 0 && parse_pid(fields[2], &pid)) return hide_path(pid, fields[3]);
    if (count == 4 && strcmp(fields[0], "umount") == 0 && parse_pid(fields[2], &pid)) return take_grant(pid, fields[3]);
    return odd;
}

static void answer(char *text, pid_t anchor) {
    static char *fields[FIELDS_MAX];
    struct grant_result result = {.step = "command", .error = EINVAL};
    bool is_guards = is_for_guard(text);
    if (is_guards && tell_guard(text, anchor)) return;
    if (is_guards) result = (struct grant_result){.step = "guard", .error = errno};
    int count = split_fields(text, fields, FIELDS_MAX);
    if (count >= 2 && !is_guards) result = obey(fields, count);
    struct json_line line;
    json_begin_plain(&line);
    json_string(&line, "id", count >= 2 ? fields[1] : "");
    json_bool(&line, "ok", result.error == 0);
    if (result.error) {
        json_string(&line, "step", result.step);
        json_string(&line, "errno", errno_name(result.error));
    }
    json_end(&line);
    if (!json_write(&line, STDOUT_FILENO)) _exit(0);
    json_free(&line);
}

/* `bridge_fd`: -1 without a bridge, which poll overlooks. */
static void serve(pid_t anchor, int anchor_fd, int bridge_fd) {
    struct line_reader reader = {.fd = STDIN_FILENO};
    for (;;) {
        struct pollfd polls[4] = {
            {STDIN_FILENO, POLLIN, 0}, {anchor_fd, POLLIN, 0}, {bridge_fd, POLLIN, 0}, {guard_ending(), POLLIN, 0}};
        if (poll(polls, 4, -1) < 0) continue;
        if (polls[1].revents) fail_because("anchor", "it ended");
        if (polls[2].revents) fail_because("net-bridge", "it ended");
        if (polls[3].revents) fail_because("guard", "it ended");
        if (!polls[0].revents) continue;
        if (line_reader_fill(&reader) == READ_END) return;
        for (char *text; (text = line_reader_next(&reader));) answer(text, anchor);
    }
}

/* Reads the operations; the number of them. */
static int parse_ops(int argc, char **argv, int at, struct view_op *ops) {
    static const struct {
        const char *name;
        enum view_kind kind;
        int values;
    } known[] = {
        {"--tmpfs", VIEW_TMPFS, 3}, {"--keep", VIEW_KEEP, 1},        {"--mask-dir", VIEW_MASK, 1},
        {"--mask-file", VIEW_MASK_FILE, 1}, {"--bind", VIEW_BIND, 2}, {"--ro-bind", VIEW_RO_BIND, 2},
    };
    int count = 0;
    while (at < argc && strcmp(argv[at], "--view-end") != 0) {
        size_t i = 0;
        while (i < sizeof known / sizeof known[0] && strcmp(argv[at], known[i].name) != 0) i++;
        if (i == sizeof known / sizeof known[0] || at + known[i].values >= argc) fail_because("arguments", argv[at]);
        char **values = argv + at + 1;
        struct view_op *op = &ops[count++];
        *op = (struct view_op){.kind = known[i].kind, .path = values[0], .tree = -1};
        if (op->kind == VIEW_TMPFS) {
            op->size = values[1];
            op->mode = values[2];
        } else if (known[i].values == 2) {
            op->source = values[0];
            op->path = values[1];
        }
        if (!is_exact_path(op->path)) fail_because("path is not absolute and plain", op->path);
        at += known[i].values + 1;
    }
    if (at < argc - 1) fail_because("arguments", "something after --view-end");
    return count;
}

/* --bridge PROGRAM [WORD...] --bridge-end; how many words there are between the two. */
static int parse_bridge(int argc, char **argv, int *at) {
    if (*at >= argc || strcmp(argv[*at], "--bridge") != 0) return 0;
    int first = *at + 1, last = first;
    while (last < argc && strcmp(argv[last], "--bridge-end") != 0) last++;
    if (last >= argc || last == first) fail_because("arguments", "--bridge without an end");
    *at = last + 1;
    return last - first;
}

static void end_child(pid_t child, int signal_number) {
    kill(child, signal_number);
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR) continue;
}

int main(int argc, char **argv) {
    helper_name = "holder";
    pid_t parent = getppid();
    int at = 1;
    bool has_guard = argc > at && strcmp(argv[at], "--guarded") == 0;
    if (has_guard) at++;
    bool shares_net = argc > at && strcmp(argv[at], "--share-net") == 0;
    if (shares_net) at++;
    int bridge_at = at, bridge_words = parse_bridge(argc, argv, &at);
    if (shares_net && bridge_words > 0) fail_because("arguments", "a bridge for a shared network");
    struct view_op *ops = calloc((size_t)argc + 1, sizeof *ops);
    if (!ops) fail("memory");
    int count = parse_ops(argc, argv, at, ops);
    int channel = keep_channel_alone();
    if (chdir("/") != 0) fail("chdir");
    signal(SIGPIPE, SIG_IGN);
    /* A container's own filter may refuse keyctl; then nothing inside can read a keyring either. */
    if (call_join_new_keyring() < 0 && errno != ENOSYS && errno != EPERM) fail("keyring");
    /* Where the programs of the session are not counted. */
    if (has_guard) watch_begin();
    enter_namespaces(shares_net);
    die_with(parent);
    halve_watches();
    if (!shares_net) bring_loopback_up();
    pid_t bridge = bridge_words > 0 ? start_bridge(argv + bridge_at + 1, bridge_words, channel) : 0;
    if (bridge == 0 && channel >= 0) close(channel);
    int bridge_fd = bridge > 0 ? call_pidfd_open(bridge) : -1;
    if (bridge > 0 && bridge_fd < 0) fail("pidfd of the net-bridge");
    pid_t anchor = start_anchor(ops, count);
    int anchor_fd = call_pidfd_open(anchor);
    if (anchor_fd < 0) fail("pidfd of the anchor");
    struct json_line line;
    json_begin(&line, "ready");
    json_number(&line, "holderPid", getpid());
    json_number(&line, "anchorPid", anchor);
    json_end(&line);
    if (!json_write(&line, STDOUT_FILENO)) return 0;
    json_free(&line);
    serve(anchor, anchor_fd, bridge_fd);
    /* They would die with us anyway, but then nobody might collect them. */
    end_guard();
    if (bridge > 0) end_child(bridge, SIGTERM);
    end_child(anchor, SIGKILL);
    return 0;
}
