#include "gate-path.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gate-caller.h"
#include "kernel-calls.h"

bool read_caller_directory(pid_t tid, int dirfd, char *buffer, size_t size) {
    char name[32];
    if (dirfd == AT_FDCWD) snprintf(name, sizeof name, "cwd");
    else snprintf(name, sizeof name, "fd/%d", dirfd);
    if (!read_caller_link(tid, name, buffer, size) || buffer[0] != '/') return false;
    /* A removed directory still works for its holder, but its name leads nowhere. */
    static const char removed[] = " (deleted)";
    size_t length = strlen(buffer), tail = sizeof removed - 1;
    return length < tail || strcmp(buffer + length - tail, removed) != 0;
}

int open_caller_root(pid_t tid) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/root", (int)tid);
    return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

int open_in_root(int root, const char *path, uint64_t flags) {
    return call_openat2(root, path, flags | O_PATH | O_CLOEXEC, RESOLVE_AS_ROOT);
}

static bool is_there(int root, const char *path, uint64_t flags, int *error) {
    int fd = open_in_root(root, path, flags);
    *error = fd < 0 ? errno : 0;
    if (fd >= 0) close(fd);
    return fd >= 0;
}

bool is_surely_missing(int root, const char *path) {
    int error;
    if (is_there(root, path, 0, &error) || (error != ENOENT && error != ENOTDIR)) return false;
    /* Somewhere on the way a name stops existing. If it is a link that is there but cannot be followed, nothing is sure. */
    char prefix[CALLER_PATH_BYTES];
    snprintf(prefix, sizeof prefix, "%s", path);
    for (size_t end = strspn(prefix, "/"); prefix[end]; end += strspn(prefix + end, "/")) {
        end += strcspn(prefix + end, "/");
        char kept = prefix[end];
        prefix[end] = 0;
        bool is_named = is_there(root, prefix, O_NOFOLLOW, &error);
        if (!is_named) return error == ENOENT || error == ENOTDIR;
        if (!is_there(root, prefix, 0, &error)) return false;
        prefix[end] = kept;
    }
    return true;
}

bool read_fd_path(int fd, char *buffer, size_t size) {
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(path, buffer, size - 1);
    if (length <= 0 || (size_t)length >= size - 1 || buffer[0] != '/') return false;
    buffer[length] = 0;
    return true;
}
