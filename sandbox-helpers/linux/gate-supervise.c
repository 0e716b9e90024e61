/*
 * The outer half of the gate.
 *
 * Promises: every exec by the root program, by what forked from it and by launchers the engine
 * lets through stops until the engine has answered; a lost engine means refused; the sandbox
 * dies with this process and this process with the engine.
 * Does not promise a boundary: after "allow" the kernel reads path and words again from memory
 * that another thread of the caller could have changed. The wall is the boundary.
 * Without it: a command line that was read differently than the shell reads it would run unasked.
 */
#include "gate-supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../common/exit-codes.h"
#include "../common/fail.h"
#include "gate-answer.h"
#include "gate-calls.h"
#include "gate-capture.h"
#include "gate-connect.h"
#include "gate-exec.h"
#include "gate-kill.h"
#include "gate-limits.h"
#include "gate-pass.h"
#include "gate-pipes.h"
#include "gate-rights.h"
#include "gate-rpc.h"
#include "gate-signals.h"
#include "gate-watch.h"
#include "gate-write.h"
#include "kernel-calls.h"

#define EVENTS_MAX 64
#define REFUSING_MS 1000
#define ENDING_MS 3000
#define FLUSH_MS 1000
#define NOTICE_BYTES 512
#define SIGNALS_MAX 8

struct gate gate = {.listener = -1, .epoll = -1, .socket = -1, .root_fd = -1};

static int64_t kill_at_ms; /* 0: not set */
static bool is_root_over;
static bool is_killed;
static bool has_child_ended;
static int child_status;

static int64_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void watch_fd(int fd, uint32_t events, enum event_tag tag, uint64_t number) {
    struct epoll_event event = {.events = events, .data.u64 = (uint64_t)tag << 56 | number};
    if (epoll_ctl(gate.epoll, EPOLL_CTL_ADD, fd, &event) != 0) fail("epoll");
}

static void lose_engine(void) {
    if (gate.is_refusing) return;
    gate.is_refusing = true;
    refuse_all_held();
    close_rpc();
    kill_at_ms = now_ms() + REFUSING_MS;
}

static bool parse_signal(const char *text, int *number) {
    char *end;
    long value = strtol(text, &end, 10);
    *number = (int)value;
    return *text && !*end && value > 0 && value < NSIG;
}

/* One command of the engine; false for anything that is none. */
static bool obey(char **fields, int count) {
    const char *verb = fields[0];
    int number;
    bool is_watched = count == 3 && strcmp(fields[2], "watch") == 0;
    if (strcmp(verb, "allow") == 0 && (count == 2 || is_watched)) return answer_allow(fields[1], is_watched);
    if (strcmp(verb, "through") == 0 && (count == 2 || is_watched)) return answer_through(fields[1], is_watched);
    if (strcmp(verb, "deny") == 0 && count == 3) return answer_deny(fields[1], fields[2]);
    if (strcmp(verb, "writes") == 0 && count == 2) {
        if (strcmp(fields[1], "hold") == 0) gate.write_mode = WRITES_HOLD;
        else if (strcmp(fields[1], "pass") == 0) gate.write_mode = WRITES_PASS;
        else if (strcmp(fields[1], "report") == 0) gate.write_mode = WRITES_REPORT;
        else return false;
        return true;
    }
    if (strcmp(verb, "signal") == 0 && count == 2 && parse_signal(fields[1], &number)) {
        signal_root(number);
        return true;
    }
    if (strcmp(verb, "kill") == 0 && count == 1) {
        kill_at_ms = now_ms();
        return true;
    }
    return false;
}

/* The inner half hands over the listener, or has ended before it could. */
static void take_listener(void) {
    char kind = 0;
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control;
    struct iovec data = {&kind, 1};
    struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
    ssize_t count = recvmsg(gate.socket, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) return;
    struct cmsghdr *header = count == 1 ? CMSG_FIRSTHDR(&message) : NULL;
    if (header && header->cmsg_type == SCM_RIGHTS && header->cmsg_len == CMSG_LEN(sizeof(int))) {
        memcpy(&gate.listener, CMSG_DATA(header), sizeof gate.listener);
        gate.holds_until_killed = kind == LISTENER_KILLABLE;
        watch_fd(gate.listener, EPOLLIN, EVENT_LISTENER, 0);
        char taken = LISTENER_TAKEN;
        if (send(gate.socket, &taken, 1, MSG_NOSIGNAL) != 1) kill_at_ms = now_ms();
    }
    /* No second listener is ever taken: the socket has done its work. */
    close(gate.socket);
    gate.socket = -1;
}

static void serve_listener(uint32_t events) {
    if (!(events & EPOLLIN)) {
        /* Nobody is left under the filter. */
        epoll_ctl(gate.epoll, EPOLL_CTL_DEL, gate.listener, NULL);
        return;
    }
    static union {
        struct seccomp_notif notice;
        char room[NOTICE_BYTES]; /* a newer kernel may write more than this header knows */
    } held;
    memset(&held, 0, sizeof held);
    if (ioctl(gate.listener, SECCOMP_IOCTL_NOTIF_RECV, &held.notice) != 0) return;
    if (held.notice.data.nr == SYS_execve || held.notice.data.nr == SYS_execveat) serve_exec(&held.notice);
    else if (held.notice.data.nr == SYS_connect) serve_connect(&held.notice);
    else if (find_call_shape(held.notice.data.nr)) serve_change(&held.notice);
    else serve_write(&held.notice);
}

static void collect_children(void) {
    int status;
    for (pid_t pid; (pid = waitpid(-1, &status, __WALL | WNOHANG)) > 0;) {
        if (serve_traced(pid, status)) continue;
        if (pid != gate.child || !(WIFEXITED(status) || WIFSIGNALED(status))) continue;
        has_child_ended = true;
        child_status = status;
        gate.child = 0;
    }
}

static void serve_signals(int fd) {
    struct signalfd_siginfo infos[SIGNALS_MAX];
    ssize_t length;
    do {
        length = read(fd, infos, sizeof infos);
        for (size_t i = 0; length > 0 && i < (size_t)length / sizeof infos[0]; i++) {
            int number = (int)infos[i].ssi_signo;
            if (number == SIGCHLD) continue;
            if (number == SIGRTMIN) kill_at_ms = now_ms(); /* the engine's process ended */
            else signal_root(number);
        }
    } while (length == sizeof infos);
    collect_children();
}

/*
 * The root program has ended, and the launch ends with it at once: unless somebody inside stopped or broke the first
 * process of its namespace, which has to see to that.
 */
static void expect_end(void) {
    epoll_ctl(gate.epoll, EPOLL_CTL_DEL, gate.root_fd, NULL);
    is_root_over = true;
    if (!kill_at_ms) kill_at_ms = now_ms() + ENDING_MS;
}

/* How the launch ended: like its program, also when what should have told us so had to be killed; but by a limit, killed. */
static int exit_status(void) {
    int status = child_status;
    bool is_known = has_child_ended && !(is_killed && is_root_over);
    if (has_ended_launch() || (!is_known && !(is_root_over && read_exit(gate.root_fd, &status)))) return 128 + SIGKILL;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* One round of events. */
static void serve(int timeout_ms, int signals) {
    struct epoll_event events[EVENTS_MAX];
    int count = epoll_wait(gate.epoll, events, EVENTS_MAX, timeout_ms);
    for (int i = 0; i < count; i++) {
        uint64_t number = events[i].data.u64 & ((1ull << 56) - 1);
        switch ((enum event_tag)(events[i].data.u64 >> 56)) {
        case EVENT_LISTENER: serve_listener(events[i].events); break;
        case EVENT_RPC:
            if (has_rpc() && !serve_rpc(events[i].events, obey)) lose_engine();
            break;
        case EVENT_SIGNAL: serve_signals(signals); break;
        case EVENT_SOCKET:
            if (gate.socket >= 0) take_listener();
            break;
        case EVENT_PENDING: drop_held(number); break;
        case EVENT_WATCH: serve_watch(number, events[i].events); break;
        case EVENT_PIPES: serve_pipes(); break;
        case EVENT_ROOT: expect_end(); break;
        }
    }
}

static int wait_ms(void) {
    if (has_polled_captures()) return 1;
    int look_ms = next_look_ms();
    if (!kill_at_ms) return look_ms;
    int64_t left = kill_at_ms - now_ms();
    if (left <= 0) return 0;
    return look_ms >= 0 && look_ms < left ? look_ms : (int)left;
}

static void say_hello(const struct gate_options *options) {
    struct json_line line;
    json_begin(&line, "hello");
    json_string(&line, "launch", options->launch);
    json_number(&line, "pid", getpid());
    json_string(&line, "gate", options->gate_names);
    json_bool(&line, "exitCodes", has_exit_codes());
    send_line(&line);
}

/* A step of the loop; false once the time to kill has come. */
static bool serve_once(const struct gate_options *options, int signals) {
    serve(wait_ms(), signals);
    poll_captures();
    if (options->rpc_path && !gate.is_refusing && !has_rpc()) lose_engine();
    if (is_over_limit()) kill_at_ms = now_ms();
    if (!kill_at_ms || now_ms() < kill_at_ms) return true;
    kill_at_ms = 0;
    is_killed = true;
    return false;
}

/* A slow reader gets all the time it needs, unless the launch was killed. */
static void deliver_output(const struct gate_options *options, int signals) {
    if (is_killed) kill_at_ms = now_ms() + FLUSH_MS;
    finish_carrying();
    while (is_carrying() && serve_once(options, signals)) continue;
}

int supervise(const struct gate_options *options) {
    gate.gates_writes = options->gates_writes;
    gate.gates_reads = options->gates_reads;
    gate.anchor = options->anchor;
    gate.epoll = epoll_create1(EPOLL_CLOEXEC);
    if (gate.epoll < 0) fail("epoll");
    if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) fail("subreaper");
    int signals = take_signals();
    watch_fd(signals, EPOLLIN, EVENT_SIGNAL, 0);
    if (options->rpc_path) {
        connect_rpc(options->rpc_path);
        say_hello(options);
    }
    prepare_limits(&options->limits);
    start_program(options);
    start_limits();
    if (options->anchor) drop_rights();
    start_carrying();
    if (gate.socket >= 0) watch_fd(gate.socket, EPOLLIN, EVENT_SOCKET, 0);
    while (!has_child_ended) {
        if (serve_once(options, signals)) continue;
        kill_program();
        if (!options->anchor) break;
    }
    /* Under a gate nothing may outlive its supervisor: without one, exec fails for ever. */
    if (options->gates_exec || options->anchor || !has_child_ended) kill_everything();
    for (int round = 0; has_watches() && round < 100; round++) serve(5, signals);
    bool is_cut = options->anchor && has_child_ended && WIFSIGNALED(child_status) && !is_killed && !gate.is_refusing;
    close_limits(exit_status(), is_cut ? WTERMSIG(child_status) : 0);
    deliver_output(options, signals);
    flush_rpc(FLUSH_MS);
    return exit_status();
}
