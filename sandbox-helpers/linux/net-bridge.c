/*
 * net-bridge: the only way between the network of a session and the world.
 *
 * Promises: it joins a port of the loopback it was started in with a unix socket outside, nothing else; it holds no
 * capability and reads nothing of what it carries; it ends with whoever started it, and removes its sockets.
 * Does not judge: the engine's proxy does that, and it trusts nothing that comes through here.
 * Without it: a network namespace without routes is a wall without a door.
 *
 * net-bridge --parent PID [--ready FD] [--in PORT SOCKET]... [--out PORT SOCKET]...
 *   --in   who connects to PORT of the loopback here is joined with the unix socket SOCKET
 *   --out  who connects to the unix socket SOCKET, which is made, is joined with PORT of the loopback here; a line says
 *          when something begins and ceases to listen on PORT
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <unistd.h>

#include "../common/exit-codes.h"
#include "../common/fail.h"
#include "../common/json-line.h"
#include "bridge-copy.h"
#include "bridge-watch.h"

#define DOORS_MAX 64
#define EVENTS_MAX 64
#define BACKLOG 512
#define ENGINE_PATIENCE_S 10

/* Something to accept from. An inward one may have two: IPv4 and IPv6. */
struct door {
    struct bridge_source source;
    bool is_outward, is_open;
    int fd;
    uint16_t port;
    struct sockaddr_un unix_name;
};

static struct door doors[2 * DOORS_MAX];
static int door_count;
static int epoll = -1;

static uint16_t parse_port(const char *text) {
    char *end;
    long port = strtol(text, &end, 10);
    if (!*text || *end || port < 1 || port > 65535) fail_because("port", text);
    return (uint16_t)port;
}

static struct sockaddr_un name_of(const char *path) {
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof name.sun_path) fail_because("the path of the socket is too long", path);
    strcpy(name.sun_path, path);
    return name;
}

static struct door *add_door(uint16_t port, const char *path, bool is_outward, int fd) {
    struct door *door = &doors[door_count++];
    *door = (struct door){{SOURCE_DOOR}, is_outward, false, fd, port, name_of(path)};
    return door;
}

static socklen_t loopback_name(struct sockaddr_storage *name, uint16_t port, int family) {
    memset(name, 0, sizeof *name);
    if (family == AF_INET) {
        *(struct sockaddr_in *)name =
            (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        return sizeof(struct sockaddr_in);
    }
    *(struct sockaddr_in6 *)name =
        (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    return sizeof(struct sockaddr_in6);
}

static int listen_inside(uint16_t port, int family) {
    struct sockaddr_storage name;
    socklen_t size = loopback_name(&name, port, family);
    int one = 1, fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    if (family == AF_INET6) setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, (struct sockaddr *)&name, size) == 0 && listen(fd, BACKLOG) == 0) return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

static void open_inward(const char *port_text, const char *path) {
    uint16_t port = parse_port(port_text);
    int fd = listen_inside(port, AF_INET);
    if (fd < 0) fail(port_text);
    add_door(port, path, false, fd);
    /* A kernel without IPv6 has no such address, and nobody will call there. */
    fd = listen_inside(port, AF_INET6);
    if (fd >= 0) add_door(port, path, false, fd);
}

static void open_outward(const char *port_text, const char *path) {
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) fail("socket");
    struct door *door = add_door(parse_port(port_text), path, true, fd);
    umask(0177);
    if (bind(fd, (struct sockaddr *)&door->unix_name, sizeof door->unix_name) != 0 || listen(fd, BACKLOG) != 0) fail(path);
}

static int start_connecting(const struct door *door, int family) {
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | (family == AF_UNIX ? 0 : SOCK_NONBLOCK), 0);
    if (fd < 0) return -1;
    /* A unix socket has no "later": where the engine is behind with accepting, all that goes through it waits anyway. */
    struct timeval patience = {ENGINE_PATIENCE_S, 0};
    if (family == AF_UNIX) setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    struct sockaddr_storage inside;
    const struct sockaddr *name = (const struct sockaddr *)&door->unix_name;
    socklen_t size = sizeof door->unix_name;
    if (family != AF_UNIX) {
        size = loopback_name(&inside, door->port, family);
        name = (const struct sockaddr *)&inside;
    }
    if (connect(fd, name, size) == 0 || (errno == EINPROGRESS && family != AF_UNIX)) {
        if (fcntl(fd, F_SETFL, O_NONBLOCK) == 0) return fd;
    }
    close(fd);
    return -1;
}

/* Which address the listener inside has: a connection to a closed port of the loopback fails at once. */
static int connect_inside(const struct door *door) {
    int fd = start_connecting(door, AF_INET);
    int error = 0;
    socklen_t size = sizeof error;
    if (fd >= 0 && getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0) return fd;
    if (fd >= 0) close(fd);
    return start_connecting(door, AF_INET6);
}

static void let_in(struct door *door) {
    int one = 1, from = accept4(door->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (from < 0) return;
    int to = door->is_outward ? connect_inside(door) : start_connecting(door, AF_UNIX);
    if (to < 0) {
        close(from);
        return;
    }
    setsockopt(door->is_outward ? to : from, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    bridge_join(epoll, from, to, door->is_outward);
}

/* While there is no room the kernel keeps callers waiting. */
static void open_or_shut_doors(void) {
    bool may_open = bridge_pairs() < BRIDGE_PAIRS_MAX;
    for (int i = 0; i < door_count; i++) {
        struct door *door = &doors[i];
        if (door->is_open == may_open) continue;
        struct epoll_event event = {.events = may_open ? EPOLLIN : 0, .data.ptr = door};
        if (epoll_ctl(epoll, EPOLL_CTL_MOD, door->fd, &event) == 0) door->is_open = may_open;
    }
}

static void leave(int status) {
    /* Those of the engine too: where it was killed nobody else would remove them. */
    for (int i = 0; i < door_count; i++) unlink(doors[i].unix_name.sun_path);
    _exit(status);
}

static void tell_listeners(void) {
    static bool was_listening[2 * DOORS_MAX];
    bool is_listening[2 * DOORS_MAX];
    uint16_t ports[2 * DOORS_MAX];
    for (int i = 0; i < door_count; i++) ports[i] = doors[i].is_outward ? doors[i].port : 0;
    look_for_listeners(ports, door_count, is_listening);
    for (int i = 0; i < door_count; i++) {
        if (!doors[i].is_outward || is_listening[i] == was_listening[i]) continue;
        was_listening[i] = is_listening[i];
        struct json_line line;
        json_begin(&line, "listener");
        json_number(&line, "port", ports[i]);
        json_bool(&line, "isListening", is_listening[i]);
        json_end(&line);
        if (!json_write(&line, STDOUT_FILENO)) leave(0);
        json_free(&line);
    }
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
    }
    /* Last: a change of rights clears it. */
    if (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0) fail("parent-death signal");
    if (getppid() != parent) leave(EXIT_HELPER_FAILED);
}

static void parse(int argc, char **argv, pid_t *parent, int *ready) {
    for (int at = 1; at < argc;) {
        int left = argc - at - 1;
        if (strcmp(argv[at], "--parent") == 0 && left >= 1) {
            *parent = (pid_t)strtol(argv[at + 1], NULL, 10);
            at += 2;
        } else if (strcmp(argv[at], "--ready") == 0 && left >= 1) {
            *ready = (int)strtol(argv[at + 1], NULL, 10);
            at += 2;
        } else if (left >= 2 && door_count < DOORS_MAX && strcmp(argv[at], "--in") == 0) {
            open_inward(argv[at + 1], argv[at + 2]);
            at += 3;
        } else if (left >= 2 && door_count < DOORS_MAX && strcmp(argv[at], "--out") == 0) {
            open_outward(argv[at + 1], argv[at + 2]);
            at += 3;
        } else {
            fail_because("arguments", argv[at]);
        }
    }
}

int main(int argc, char **argv) {
    helper_name = "net-bridge";
    pid_t parent = 0;
    int ready = -1;
    sigset_t ending;
    sigemptyset(&ending);
    sigaddset(&ending, SIGTERM);
    sigprocmask(SIG_BLOCK, &ending, NULL);
    signal(SIGPIPE, SIG_IGN);
    parse(argc, argv, &parent, &ready);
    drop_rights(parent);
    struct bridge_source timer = {SOURCE_TIMER}, holder = {SOURCE_HOLDER};
    epoll = epoll_create1(EPOLL_CLOEXEC);
    if (epoll < 0) fail("epoll");
    bool has_outward = false;
    for (int i = 0; i < door_count; i++) {
        watch(doors[i].fd, &doors[i].source);
        doors[i].is_open = true;
        has_outward |= doors[i].is_outward;
    }
    watch(signalfd(-1, &ending, SFD_NONBLOCK | SFD_CLOEXEC), &holder);
    int timer_fd = has_outward ? start_timer(&timer) : -1;
    if (ready >= 0 && (write(ready, "r", 1) != 1 || close(ready) != 0)) leave(EXIT_HELPER_FAILED);
    for (;;) {
        struct epoll_event events[EVENTS_MAX];
        int count = epoll_wait(epoll, events, EVENTS_MAX, -1);
        for (int i = 0; i < count; i++) {
            struct bridge_source *source = events[i].data.ptr;
            uint64_t ticks;
            if (source->kind == SOURCE_HOLDER) leave(0);
            if (source->kind == SOURCE_DOOR) let_in((struct door *)source);
            if (source->kind == SOURCE_END) bridge_carry(source, events[i].events);
            if (source->kind == SOURCE_TIMER && read(timer_fd, &ticks, sizeof ticks) > 0) tell_listeners();
        }
        bridge_bury();
        open_or_shut_doors();
    }
}
