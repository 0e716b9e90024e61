#include "gate-path.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gate-caller.h"
#include "kernel-calls.h"

int open_caller_root(pid_t tid) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/root", (int)tid);
    return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

int open_in_root(int root, const char *path, uint64_t flags) {
    return call_openat2(root, path, flags | O_PATH | O_CLOEXEC, RESOLVE_AS_ROOT);
}

/* Whether the name still leads to the directory: it may be removed, or its mount taken away. */
static bool is_named(pid_t tid, const char *link, const char *name) {
    char path[96];
    struct stat held, named;
    snprintf(path, sizeof path, "/proc/%d/%s", (int)tid, link);
    if (stat(path, &held) != 0 || !S_ISDIR(held.st_mode)) return false;
    int root = open_caller_root(tid), fd = root < 0 ? -1 : open_in_root(root, name, 0);
    bool is_same = fd >= 0 && fstat(fd, &named) == 0 && held.st_ino == named.st_ino && held.st_dev == named.st_dev;
    if (fd >= 0) close(fd);
    if (root >= 0) close(root);
    return is_same;
}

bool read_caller_directory(pid_t tid, int dirfd, char *buffer, size_t size) {
    char link[32];
    if (dirfd == AT_FDCWD) snprintf(link, sizeof link, "cwd");
    else snprintf(link, sizeof link, "fd/%d", dirfd);
    return read_caller_link(tid, link, buffer, size) && buffer[0] == '/' && is_named(tid, link, buffer);
}

static bool is_there(int root, const char *path, uint64_t flags, int *error) {
    int fd = open_in_root(root, path, flags);
    *error = fd < 0 ? errno : 0;
    if (fd >= 0) close(fd);
    return fd >= 0;
}

bool is_surely_missing(int root, const char *path) {
    int error;
    if (is_there(root, path, 0, &error)) return false;
    /* What we may not look into, the caller may not either: it has no right that we lack, except to its own /proc. */
    if (error == EACCES) return !strstr(path, "/proc");
    if (error != ENOENT && error != ENOTDIR) return false;
    /* Somewhere on the way a name stops existing. If it is a link that is there but cannot be followed, nothing is sure. */
    char prefix[CALLER_PATH_BYTES];
    snprintf(prefix, sizeof prefix, "%s", path);
    for (size_t end = strspn(prefix, "/"); prefix[end]; end += strspn(prefix + end, "/")) {
        end += strcspn(prefix + end, "/");
        char kept = prefix[end];
        prefix[end] = 0;
        bool is_entry = is_there(root, prefix, O_NOFOLLOW, &error);
        if (!is_entry) return error == ENOENT || error == ENOTDIR;
        if (!is_there(root, prefix, 0, &error)) return false;
        prefix[end] = kept;
    }
    return true;
}

int reopen_file(int fd, int flags) {
    char path[64];
    struct stat status;
    if (fstat(fd, &status) != 0) return -1;
    errno = EACCES;
    if (!S_ISREG(status.st_mode)) return -1;
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return open(path, flags | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

bool read_fd_path(int fd, char *buffer, size_t size) {
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(path, buffer, size - 1);
    if (length <= 0 || (size_t)length >= size - 1 || buffer[0] != '/') return false;
    buffer[length] = 0;
    return true;
}
