/*
 * Promises: a connect to a unix socket that is on the host and not in the sandbox stops until the
 * engine has answered; one to another machine, where there is no way to it, is reported and fails
 * as the kernel makes it fail. Loopback, netlink, abstract names and sockets inside pass at once.
 * Does not promise a boundary: the address is read again from the caller's memory. What cannot be
 * reached is decided by the namespace and the mounts.
 * Without it: a program that needs one socket of the host fails, and nobody is told why.
 */
#include "gate-connect.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "../common/exit-codes.h"
#include "gate-answer.h"
#include "gate-caller.h"
#include "gate-path.h"
#include "gate-reach.h"
#include "gate-rpc.h"

#define HOST_BYTES (INET6_ADDRSTRLEN + 16)

union address {
    struct sockaddr any;
    struct sockaddr_in four;
    struct sockaddr_in6 six;
    struct sockaddr_un path;
    char bytes[sizeof(struct sockaddr_un) + 1]; /* a path may fill all of it, without an end */
};

/* Whether the caller's network is another than ours: else nothing stops its connections. */
static bool has_own_network(pid_t tid) {
    char path[64];
    struct stat theirs, ours;
    snprintf(path, sizeof path, "/proc/%d/ns/net", (int)tid);
    return stat(path, &theirs) == 0 && stat("/proc/self/ns/net", &ours) == 0 && theirs.st_ino != ours.st_ino;
}

/* The address as text when it is another machine's; false for loopback and "any", which means loopback. */
static bool describe_host(const union address *address, socklen_t length, char *text) {
    char name[INET6_ADDRSTRLEN];
    if (address->any.sa_family == AF_INET && length >= sizeof address->four) {
        uint32_t host = ntohl(address->four.sin_addr.s_addr);
        if (host >> 24 == 127 || host == 0) return false;
        inet_ntop(AF_INET, &address->four.sin_addr, name, sizeof name);
        snprintf(text, HOST_BYTES, "%s:%u", name, ntohs(address->four.sin_port));
        return true;
    }
    if (address->any.sa_family != AF_INET6 || length < offsetof(struct sockaddr_in6, sin6_scope_id)) return false;
    const struct in6_addr *host = &address->six.sin6_addr;
    if (IN6_IS_ADDR_LOOPBACK(host) || IN6_IS_ADDR_UNSPECIFIED(host) || (IN6_IS_ADDR_V4MAPPED(host) && host->s6_addr[12] == 127)) return false;
    inet_ntop(AF_INET6, host, name, sizeof name);
    snprintf(text, HOST_BYTES, "[%s]:%u", name, ntohs(address->six.sin6_port));
    return true;
}

/* Anything inside but a cover, which is a file without any mode, is the kernel's business. */
static bool is_there_inside(pid_t tid, const char *path) {
    struct stat status;
    int root = open_caller_root(tid), fd = root < 0 ? -1 : open_in_root(root, path, 0);
    bool is_socket = fd >= 0 && fstat(fd, &status) == 0 && S_ISSOCK(status.st_mode);
    if (fd >= 0) close(fd);
    if (root >= 0) close(root);
    return is_socket;
}

/* The host's own name of it, links resolved; false when the host has no such socket. */
static bool find_on_host(const char *path, char *real) {
    struct stat status;
    return realpath(path, real) && lstat(real, &status) == 0 && S_ISSOCK(status.st_mode);
}

static bool read_socket_path(pid_t tid, const union address *address, char *path, size_t size) {
    char directory[PATH_MAX];
    const char *given = address->path.sun_path;
    if (given[0] == '/') return snprintf(path, size, "%s", given) < (int)size;
    if (!read_caller_directory(tid, AT_FDCWD, directory, sizeof directory)) return false;
    return snprintf(path, size, "%s/%s", directory, given) < (int)size;
}

static void ask_engine(const struct caller *caller, const char *path) {
    uint64_t slot = hold_call(caller, HELD_CONNECT, NULL);
    if (!slot) {
        answer_error(caller->id, EACCES);
        close(caller->pidfd);
        return;
    }
    struct json_line line;
    json_begin(&line, "connect");
    json_tell_lossy(&line);
    json_number(&line, "slot", (long long)slot);
    json_number(&line, "pid", caller->tgid);
    json_string(&line, "path", path);
    add_caller(&line, caller->tid);
    if (is_held(caller->id)) send_line(&line);
    else json_free(&line);
}

/* True when it was taken care of. */
static bool serve_path(const struct seccomp_notif *notice, const union address *address) {
    static char path[CALLER_PATH_BYTES], real[PATH_MAX];
    pid_t tid = (pid_t)notice->pid;
    if (!read_socket_path(tid, address, path, sizeof path) || is_there_inside(tid, path) || !find_on_host(path, real)) return false;
    struct caller caller;
    if (settle_stopped(notice, &caller, "connect", real) == 'a') ask_engine(&caller, real);
    return true;
}

static void report_host(const struct seccomp_notif *notice, const char *host) {
    struct caller caller;
    if (!open_caller(notice, &caller)) return;
    report_denied(caller.tgid, "connect", "host", host);
    close(caller.pidfd);
}

void serve_connect(const struct seccomp_notif *notice) {
    union address address;
    char host[HOST_BYTES];
    pid_t tid = (pid_t)notice->pid;
    uint64_t length = notice->data.args[2] > sizeof address - 1 ? sizeof address - 1 : notice->data.args[2];
    memset(&address, 0, sizeof address);
    bool is_read = gate.write_mode != WRITES_PASS && length > sizeof address.any.sa_family && read_caller_bytes(tid, notice->data.args[1], &address, length);
    if (is_read && is_held(notice->id)) {
        bool is_path = address.any.sa_family == AF_UNIX && address.path.sun_path[0];
        if (is_path && serve_path(notice, &address)) return;
        if (!is_path && has_own_network(tid) && describe_host(&address, (socklen_t)length, host)) report_host(notice, host);
    }
    let_pass(notice->id);
}
