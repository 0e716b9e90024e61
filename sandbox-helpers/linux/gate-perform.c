#include "gate-perform.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gate-answer.h"
#include "gate-caller.h"
#include "gate-open.h"
#include "gate-path.h"
#include "gate-reach.h"
#include "kernel-calls.h"

#define WORK_SECONDS_MAX 5

/* The folder of an absolute path whose links are resolved, in the caller's root; base points into path. */
static int open_folder(int root, const char *path, const char **base) {
    char folder[CALLER_PATH_BYTES];
    const char *name = strrchr(path, '/') + 1;
    snprintf(folder, sizeof folder, "%.*s", (int)(name - path), path);
    *base = name;
    return call_openat2(root, folder, O_PATH | O_DIRECTORY | O_CLOEXEC, RESOLVE_AS_ROOT | RESOLVE_WITHOUT_SYMLINKS);
}

/* Whether the caller's own way to the place ends on another mount than the way from its root does. */
static bool is_overtaken(pid_t tid, int root, const struct change_place *place) {
    char path[96], folder[PATH_MAX];
    const char *base;
    if (!place->given) return false;
    if (place->dirfd == AT_FDCWD) snprintf(path, sizeof path, "/proc/%d/cwd", (int)tid);
    else snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)tid, place->dirfd);
    snprintf(folder, sizeof folder, "%s", place->given);
    size_t length = strlen(folder);
    while (length > 1 && folder[length - 1] == '/') folder[--length] = 0;
    char *slash = strrchr(folder, '/');
    if (slash) *slash = 0;
    int start = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int own = start < 0 ? -1 : openat(start, slash ? folder : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    int judged = open_folder(root, place->path, &base);
    bool is_other = own >= 0 && judged >= 0 && read_mount_id(own) != read_mount_id(judged);
    if (start >= 0) close(start);
    if (own >= 0) close(own);
    if (judged >= 0) close(judged);
    return is_other;
}

/* The kernel's numbers of the two namespaces: rights over mounts come from the anchor's users. */
static bool enter_namespace_of(pid_t tid) {
    int anchor = call_pidfd_open(gate.anchor);
    char path[64];
    if (anchor < 0 || setns(anchor, CLONE_NEWUSER) != 0) return false;
    snprintf(path, sizeof path, "/proc/%d/ns/mnt", (int)tid);
    int mounts = open(path, O_RDONLY | O_CLOEXEC);
    if (mounts < 0 || setns(mounts, CLONE_NEWNS) != 0) return false;
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[2] = {0};
    return syscall(SYS_capset, &header, none) == 0;
}

/* A file that is there already; through its descriptor, for nothing else could be meant. */
static int change_file(int root, const struct held_change *change) {
    int fd = call_openat2(root, change->at.path, O_PATH | O_NOFOLLOW | O_CLOEXEC, RESOLVE_AS_ROOT | RESOLVE_WITHOUT_SYMLINKS);
    if (fd < 0) return errno;
    int done = -1;
    const struct timespec *times = change->has_times ? change->times : NULL;
    switch (change->op) {
    case CHANGE_CHOWN: done = fchownat(fd, "", change->owner, change->group, AT_EMPTY_PATH); break;
    case CHANGE_CHMOD: done = (int)syscall(NR_FCHMODAT2, fd, "", (mode_t)change->mode, AT_EMPTY_PATH); break;
    default: done = (int)syscall(SYS_utimensat, fd, "", times, AT_EMPTY_PATH);
    }
    return done == 0 ? 0 : errno;
}

/* From outside of the caller's namespace, in whose /proc we are not. */
static int truncate_file(int root, const struct held_change *change) {
    int fd = call_openat2(root, change->at.path, O_PATH | O_NOFOLLOW | O_CLOEXEC, RESOLVE_AS_ROOT | RESOLVE_WITHOUT_SYMLINKS);
    int file = fd < 0 ? -1 : reopen_file(fd, O_WRONLY);
    return file >= 0 && ftruncate(file, (off_t)change->number) == 0 ? 0 : errno;
}

static int change_name(int root, const struct held_change *change) {
    const char *base, *from_base = NULL;
    int folder = open_folder(root, change->at.path, &base);
    int from = change->from.path ? open_folder(root, change->from.path, &from_base) : -1;
    if (folder < 0 || (change->from.path && from < 0)) return errno;
    int done = -1;
    switch (change->op) {
    case CHANGE_MKDIR: done = mkdirat(folder, base, (mode_t)change->mode & 07777); break;
    case CHANGE_MKNOD: done = mknodat(folder, base, (mode_t)change->mode, 0); break;
    case CHANGE_SYMLINK: done = symlinkat(change->text, folder, base); break;
    case CHANGE_LINK: done = linkat(from, from_base, folder, base, 0); break; /* its links were resolved when it was judged */
    case CHANGE_RENAME: done = (int)syscall(SYS_renameat2, from, from_base, folder, base, (unsigned)change->flags); break;
    case CHANGE_UNLINK: done = unlinkat(folder, base, 0); break;
    default: done = unlinkat(folder, base, AT_REMOVEDIR);
    }
    return done == 0 ? 0 : errno;
}

static _Noreturn void work(pid_t tid, int root, const struct held_change *change, mode_t mask) {
    sigset_t none;
    sigemptyset(&none);
    signal(SIGALRM, SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, NULL);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    alarm(WORK_SECONDS_MAX); /* a dead network file system must not stop the supervisor for good */
    if (change->op == CHANGE_TRUNCATE) _exit(truncate_file(root, change));
    if (!enter_namespace_of(tid)) _exit(EROFS);
    umask(mask);
    bool is_file = change->op == CHANGE_CHMOD || change->op == CHANGE_CHOWN || change->op == CHANGE_TIMES;
    _exit(is_file ? change_file(root, change) : change_name(root, change));
}

bool change_for_caller(const struct caller *caller, const struct held_change *change) {
    int root = gate.anchor ? open_caller_root(caller->tid) : -1;
    if (root < 0) return false;
    bool is_needed = is_overtaken(caller->tid, root, &change->at) || is_overtaken(caller->tid, root, &change->from);
    mode_t mask = read_umask(caller->tid);
    pid_t child = is_needed && is_held(caller->id) ? fork() : -1;
    if (child == 0) work(caller->tid, root, change, mask);
    close(root);
    if (child < 0) return false;
    int status;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
    int error = WIFEXITED(status) ? WEXITSTATUS(status) : EIO;
    if (error) answer_error(caller->id, error);
    else answer_done(caller->id);
    return true;
}
