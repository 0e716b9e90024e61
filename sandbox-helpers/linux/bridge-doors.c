/* See bridge-doors.h. */
#include "bridge-doors.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "../common/fail.h"
#include "../common/json-line.h"
#include "bridge-watch.h"

#define DOORS_MAX 64
#define BACKLOG 512
#define ENGINE_PATIENCE_S 10

/* Something to accept from. An inward one may have two: IPv4 and IPv6. */
struct door {
    struct bridge_source source;
    enum door_kind kind;
    bool is_open;
    int fd;
    uint16_t port;
    struct sockaddr_un unix_name;
};

static struct door doors[2 * DOORS_MAX];
static int door_count;
/* What the doors are watched with. */
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

static struct door *add_door(uint16_t port, const char *path, enum door_kind kind, int fd) {
    struct door *door = &doors[door_count++];
    *door = (struct door){{SOURCE_DOOR}, kind, false, fd, port, name_of(path)};
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

static void open_inward(enum door_kind kind, const char *port_text, const char *path) {
    uint16_t port = parse_port(port_text);
    int fd = listen_inside(port, AF_INET);
    if (fd < 0) fail(port_text);
    add_door(port, path, kind, fd);
    /* A kernel without IPv6 has no such address, and nobody will call there. */
    fd = listen_inside(port, AF_INET6);
    if (fd >= 0) add_door(port, path, kind, fd);
}

static void open_outward(const char *port_text, const char *path) {
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) fail("socket");
    struct door *door = add_door(parse_port(port_text), path, DOOR_OUT, fd);
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

bool open_door(enum door_kind kind, const char *port, const char *path) {
    if (door_count >= DOORS_MAX) return false;
    if (kind == DOOR_OUT) open_outward(port, path);
    else open_inward(kind, port, path);
    return true;
}

void let_in(struct bridge_source *source) {
    struct door *door = (struct door *)source;
    int one = 1, from = accept4(door->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (from < 0) return;
    int to = door->kind == DOOR_OUT ? connect_inside(door) : start_connecting(door, AF_UNIX);
    if (to < 0) {
        close(from);
        return;
    }
    static const enum bridge_kind kinds[] = {BRIDGE_PLAIN, BRIDGE_PROXY, BRIDGE_CONNECTING};
    setsockopt(door->kind == DOOR_OUT ? to : from, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    bridge_join(epoll, from, to, kinds[door->kind]);
}

/* While there is no room the kernel keeps callers waiting. */
void open_or_shut_doors(void) {
    bool may_open = bridge_has_room();
    for (int i = 0; i < door_count; i++) {
        struct door *door = &doors[i];
        if (door->is_open == may_open) continue;
        struct epoll_event event = {.events = may_open ? EPOLLIN : 0, .data.ptr = door};
        if (epoll_ctl(epoll, EPOLL_CTL_MOD, door->fd, &event) == 0) door->is_open = may_open;
    }
}

bool tell_listeners(void) {
    static bool was_listening[2 * DOORS_MAX];
    bool is_listening[2 * DOORS_MAX];
    uint16_t ports[2 * DOORS_MAX];
    for (int i = 0; i < door_count; i++) ports[i] = doors[i].kind == DOOR_OUT ? doors[i].port : 0;
    look_for_listeners(ports, door_count, is_listening);
    for (int i = 0; i < door_count; i++) {
        if (doors[i].kind != DOOR_OUT || is_listening[i] == was_listening[i]) continue;
        was_listening[i] = is_listening[i];
        struct json_line line;
        json_begin(&line, "listener");
        json_number(&line, "port", ports[i]);
        json_bool(&line, "isListening", is_listening[i]);
        json_end(&line);
        bool is_read = json_write(&line, STDOUT_FILENO);
        json_free(&line);
        if (!is_read) return false;
    }
    return true;
}

void watch_doors(int with) {
    epoll = with;
    for (int i = 0; i < door_count; i++) {
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = &doors[i]};
        if (epoll_ctl(epoll, EPOLL_CTL_ADD, doors[i].fd, &event) != 0) fail("watch");
        doors[i].is_open = true;
    }
}

bool has_outward_doors(void) {
    for (int i = 0; i < door_count; i++)
        if (doors[i].kind == DOOR_OUT) return true;
    return false;
}

void remove_sockets(void) {
    for (int i = 0; i < door_count; i++) unlink(doors[i].unix_name.sun_path);
}
