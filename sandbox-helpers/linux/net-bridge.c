/*
 * net-bridge: the only way between the network of a session and the world.
 *
 * Promises: it joins a port of the loopback it was started in with a unix socket outside, or with a connection that the
 * engine has made and handed to it, nothing else: it makes none to the world itself; it holds no capability and reads
 * nothing of what it carries; it ends with whoever started it, and removes its sockets.
 * Does not judge: the engine's proxy does that, and it trusts nothing that comes through here.
 * Without it: a network namespace without routes is a wall without a door.
 *
 * net-bridge --parent PID [--ready FD] [--channel FD] [--in PORT SOCKET]... [--proxy PORT SOCKET]... [--out PORT SOCKET]...
 *   --in       who connects to PORT of the loopback here is joined with the unix socket SOCKET
 *   --proxy    the same with the engine's proxy, which may hand over a connection for it through the channel
 *   --out      who connects to the unix socket SOCKET, which is made, is joined with PORT of the loopback here; a line
 *              says when something begins and ceases to listen on PORT
 *   --channel  see bridge-channel.h
 */
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "../common/exit-codes.h"
#include "../common/fail.h"
#include "bridge-channel.h"
#include "bridge-copy.h"
#include "bridge-doors.h"

#define EVENTS_MAX 64

static int epoll = -1;

static _Noreturn void leave(int status) {
    remove_sockets();
    _exit(status);
}

static void watch(int fd, struct bridge_source *source) {
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = source};
    if (fd < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0) fail("watch");
}

/* Looked at once a second, and only where somebody wants to know. */
static int start_timer(struct bridge_source *source) {
    struct itimerspec every = {{1, 0}, {0, 1}};
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (fd < 0 || timerfd_settime(fd, 0, &every, NULL) != 0) fail("timer");
    watch(fd, source);
    return fd;
}

static void drop_rights(pid_t parent) {
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[2] = {{0}};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) fail("no new rights");
    if (syscall(SYS_capset, &head, none) != 0) fail("capabilities");
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
        bridge_limit(files.rlim_max);
    }
    /* Last: a change of rights clears it. */
    if (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0) fail("parent-death signal");
    if (getppid() != parent) leave(EXIT_HELPER_FAILED);
}

struct words {
    pid_t parent;
    int ready, channel;
};

static int parse_fd(const char *text) {
    char *end;
    long fd = strtol(text, &end, 10);
    if (!*text || *end || fd <= STDERR_FILENO || fd > 1 << 20) fail_because("descriptor", text);
    return (int)fd;
}

static void parse(int argc, char **argv, struct words *words) {
    static const char *const kinds[] = {"--in", "--proxy", "--out"};
    bool has_proxy = false;
    for (int at = 1; at < argc;) {
        const char *word = argv[at];
        int left = argc - at - 1, kind = 0;
        while (kind < 3 && strcmp(word, kinds[kind]) != 0) kind++;
        if (kind < 3 && left >= 2 && open_door((enum door_kind)kind, argv[at + 1], argv[at + 2])) {
            has_proxy |= kind == DOOR_PROXY;
            at += 3;
            continue;
        }
        if (left >= 1 && strcmp(word, "--parent") == 0) words->parent = (pid_t)strtol(argv[at + 1], NULL, 10);
        else if (left >= 1 && strcmp(word, "--ready") == 0) words->ready = parse_fd(argv[at + 1]);
        else if (left >= 1 && strcmp(word, "--channel") == 0) words->channel = parse_fd(argv[at + 1]);
        else fail_because("arguments", word);
        at += 2;
    }
    if (has_proxy && words->channel < 0) fail_because("arguments", "--proxy without --channel");
}

/* Without it the engine carries everything itself. */
static void lose_channel(int *channel) {
    epoll_ctl(epoll, EPOLL_CTL_DEL, *channel, NULL);
    close(*channel);
    *channel = -1;
    bridge_release_all();
}

/*
 * Both ends of what is carried run on the same processors. A bridge that takes one from its sender with every packet
 * carries many small pieces; one that waits until the sender has done its part carries few large ones, at less than half
 * of the switches. Where it cannot be had, all works as before.
 */
static void give_way(void) {
    struct sched_param none = {0};
    (void)!sched_setscheduler(0, SCHED_BATCH, &none);
}

int main(int argc, char **argv) {
    helper_name = "net-bridge";
    struct words words = {.ready = -1, .channel = -1};
    sigset_t ending;
    sigemptyset(&ending);
    sigaddset(&ending, SIGTERM);
    sigprocmask(SIG_BLOCK, &ending, NULL);
    signal(SIGPIPE, SIG_IGN);
    parse(argc, argv, &words);
    drop_rights(words.parent);
    give_way();
    struct bridge_source timer = {SOURCE_TIMER}, holder = {SOURCE_HOLDER}, channel = {SOURCE_CHANNEL};
    epoll = epoll_create1(EPOLL_CLOEXEC);
    if (epoll < 0) fail("epoll");
    watch_doors(epoll);
    watch(signalfd(-1, &ending, SFD_NONBLOCK | SFD_CLOEXEC), &holder);
    if (words.channel >= 0) watch(words.channel, &channel);
    int timer_fd = has_outward_doors() ? start_timer(&timer) : -1;
    if (words.ready >= 0 && (write(words.ready, "r", 1) != 1 || close(words.ready) != 0)) leave(EXIT_HELPER_FAILED);
    for (;;) {
        struct epoll_event events[EVENTS_MAX];
        int count = epoll_wait(epoll, events, EVENTS_MAX, -1);
        for (int i = 0; i < count; i++) {
            struct bridge_source *source = events[i].data.ptr;
            uint64_t ticks;
            if (source->kind == SOURCE_HOLDER) leave(0);
            if (source->kind == SOURCE_DOOR) let_in(source);
            if (source->kind == SOURCE_END) bridge_carry(source, events[i].events);
            if (source->kind == SOURCE_CHANNEL && !channel_serve(words.channel)) lose_channel(&words.channel);
            if (source->kind == SOURCE_TIMER && read(timer_fd, &ticks, sizeof ticks) > 0 && !tell_listeners()) leave(0);
        }
        bridge_bury();
        open_or_shut_doors();
    }
}
