#include "gate-open.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "gate-answer.h"
#include "gate-caller.h"
#include "gate-path.h"
#include "kernel-calls.h"

#define OPEN_TRIES 100
#define OPEN_FLAGS (O_ACCMODE | O_CREAT | O_EXCL | O_TRUNC | O_APPEND | O_NONBLOCK | O_SYNC | O_DSYNC | O_DIRECTORY | O_NOATIME | O_TMPFILE)

struct kernel_addfd {
    uint64_t id;
    uint32_t flags, source, target, target_flags;
};
#define ADDFD_CALL _IOW('!', 3, struct kernel_addfd)
#define ADDFD_AND_ANSWER 2u

static bool is_read_only(const char *path) {
    struct statvfs mount;
    int fd = open(path, O_PATH | O_CLOEXEC);
    bool is_known = fd >= 0 && fstatvfs(fd, &mount) == 0;
    if (fd >= 0) close(fd);
    return is_known && (mount.f_flag & ST_RDONLY);
}

/* The directory the caller starts from, by its descriptor and not by its name. */
static bool starts_read_only(pid_t tid, int dirfd) {
    char path[64];
    if (dirfd == AT_FDCWD) snprintf(path, sizeof path, "/proc/%d/cwd", (int)tid);
    else snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)tid, dirfd);
    return is_read_only(path);
}

mode_t read_umask(pid_t tid) {
    char path[64], text[1024];
    snprintf(path, sizeof path, "/proc/%d/status", (int)tid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    if (fd >= 0) close(fd);
    if (length <= 0) return 0077;
    text[length] = 0;
    const char *line = strstr(text, "\nUmask:");
    return line ? (mode_t)strtoul(line + 7, NULL, 8) : 0077;
}

/* A file that is not there before; or one without a name, in a folder. */
static int make_file(int root, const struct held_open *held, mode_t mask) {
    struct kernel_open_how how = {
        .flags = (held->flags & OPEN_FLAGS) | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
        .mode = held->mode & 07777,
        .resolve = RESOLVE_AS_ROOT | RESOLVE_WITHOUT_SYMLINKS,
    };
    if (how.flags & O_CREAT) how.flags |= O_EXCL;
    mode_t own = umask(mask);
    int fd = (int)syscall(NR_OPENAT2, root, held->path, &how, sizeof how);
    int error = errno;
    umask(own);
    errno = error;
    return fd;
}

static int open_there(int root, const struct held_open *held) {
    int there = call_openat2(root, held->path, O_PATH | O_NOFOLLOW | O_CLOEXEC, RESOLVE_AS_ROOT | RESOLVE_WITHOUT_SYMLINKS);
    if (there < 0) return -1;
    errno = EEXIST;
    int fd = held->flags & O_CREAT && held->flags & O_EXCL ? -1 : reopen_file(there, (int)(held->flags & OPEN_FLAGS) & ~(O_CREAT | O_EXCL));
    int error = errno;
    close(there);
    errno = error;
    return fd;
}

/* Without waiting for anything; the flag for that goes again before anyone else sees the file. */
static int open_held(int root, const struct held_open *held, mode_t mask) {
    bool is_temporary = (held->flags & O_TMPFILE) == O_TMPFILE;
    int fd = is_temporary ? make_file(root, held, mask) : -1;
    for (int tries = 0; !is_temporary && tries < OPEN_TRIES; tries++) {
        fd = open_there(root, held);
        if (fd >= 0 || errno != ENOENT || !(held->flags & O_CREAT)) break;
        fd = make_file(root, held, mask);
        if (fd >= 0 || errno != EEXIST) break; /* somebody else was first: it is there now */
    }
    if (fd >= 0 && !(held->flags & O_NONBLOCK)) fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
    return fd;
}

bool open_for_caller(const struct caller *caller, const struct held_open *held) {
    if (!held->is_relative || !starts_read_only(caller->tid, held->dirfd)) return false;
    int root = open_caller_root(caller->tid);
    mode_t mask = read_umask(caller->tid);
    if (root < 0 || !is_held(caller->id)) {
        if (root >= 0) close(root);
        return false;
    }
    int fd = open_held(root, held, mask);
    int error = errno;
    close(root);
    if (fd < 0) {
        answer_error(caller->id, error);
        return true;
    }
    struct kernel_addfd addfd = {.id = caller->id, .flags = ADDFD_AND_ANSWER, .source = (uint32_t)fd, .target_flags = held->flags & O_CLOEXEC ? O_CLOEXEC : 0};
    bool is_answered = ioctl(gate.listener, ADDFD_CALL, &addfd) >= 0;
    if (!is_answered && errno != EINVAL) {
        answer_error(caller->id, errno); /* EMFILE and the like are the caller's own limits */
        is_answered = true;
    }
    close(fd);
    return is_answered;
}
