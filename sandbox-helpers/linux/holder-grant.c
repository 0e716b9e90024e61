#include "holder-grant.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <linux/stat.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../common/fail.h"
#include "holder-compose.h"
#include "holder-cover.h"
#include "holder-paths.h"
#include "holder-reveal.h"
#include "kernel-calls.h"

#define WORK_SECONDS_MAX 20
#define COVERS_MAX 64
#define MOUNT_ID_MASK 0x1000u

/* A grant that has pins lies in two layers, the upper on the root of the lower. */
struct layered_grant {
    uint64_t upper_id, namespace_inode;
    struct layered_grant *next;
};

static struct layered_grant *layered_grants;

struct kernel_statx {
    uint32_t head[36];
    uint64_t mount_id;
    uint64_t rest[13];
};

/* ---- in the throw-away child: each failure ends it with the name of the step */

static int result_pipe;
static bool is_layered_result;

static _Noreturn void tell_parent(const char *step, int error, uint64_t mount_id, uint64_t namespace_inode) {
    struct grant_result result = {.error = error, .mount_id = mount_id, .namespace_inode = namespace_inode, .is_layered = is_layered_result};
    snprintf(result.step, sizeof result.step, "%s", step);
    ssize_t written = write(result_pipe, &result, sizeof result);
    _exit(written == sizeof result ? 0 : 1);
}

static _Noreturn void give_up(const char *step) {
    tell_parent(step, errno ? errno : EINVAL, 0, 0);
}

static uint64_t mount_id_of(int fd) {
    struct kernel_statx status = {0};
    if (syscall(SYS_statx, fd, "", AT_EMPTY_PATH, MOUNT_ID_MASK, &status) != 0) give_up("statx");
    return status.mount_id;
}

static int open_namespace(pid_t pid, uint64_t *inode) {
    char path[64];
    struct stat target, own;
    snprintf(path, sizeof path, "/proc/%d/ns/mnt", (int)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &target) != 0 || stat("/proc/self/ns/mnt", &own) != 0) give_up("namespace");
    errno = EINVAL;
    if (target.st_ino == own.st_ino) give_up("namespace"); /* the keeper itself is nobody's sandbox */
    *inode = target.st_ino;
    return fd;
}

static bool is_on_tmpfs(int directory) {
    struct statfs status;
    return fstatfs(directory, &status) == 0 && status.f_type == TMPFS_MAGIC;
}

static _Noreturn void put_in_child(const struct grant_request *request) {
    uint64_t inode;
    int namespace = open_namespace(request->pid, &inode);
    const char *step = "compose";
    bool has_layers;
    int tree = compose_grant(request, &has_layers, &step);
    if (tree < 0) give_up(step);
    if (setns(namespace, CLONE_NEWNS) != 0) give_up("setns");
    int target = open_exact(request->path);
    if (target < 0 && errno == ENOENT && make_mount_point(request->path, is_directory_fd(tree), is_on_tmpfs))
        target = open_exact(request->path);
    if (target < 0) give_up("target");
    if (!attach_tree(tree, target)) give_up("move_mount");
    int shown = open_exact(request->path);
    if (shown < 0) give_up("target");
    is_layered_result = has_layers;
    tell_parent("done", 0, mount_id_of(shown), inode);
}

static bool is_layered(uint64_t mount_id, uint64_t inode) {
    for (struct layered_grant *grant = layered_grants; grant; grant = grant->next)
        if (grant->upper_id == mount_id && grant->namespace_inode == inode) return true;
    return false;
}

/* The topmost mount at a path. */
static bool take_top_out(const char *path, int namespace, int elsewhere) {
    int top = open_exact(path);
    if (top < 0) return false;
    errno = EINVAL;
    bool is_out = is_mount_root(top) && take_tree_out(top, namespace, elsewhere);
    int error = errno;
    close(top);
    errno = error;
    return is_out;
}

static int open_own_namespace(void) {
    int fd = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
    if (fd < 0) give_up("namespace");
    return fd;
}

static _Noreturn void take_in_child(pid_t pid, const char *path) {
    uint64_t inode;
    int namespace = open_namespace(pid, &inode), own = open_own_namespace();
    errno = EINVAL;
    if (!is_exact_path(path)) give_up("path");
    if (setns(namespace, CLONE_NEWNS) != 0) give_up("setns");
    int target = open_exact(path);
    if (target < 0) give_up("target");
    errno = EPERM;
    if (is_cover(target)) give_up("covered"); /* whatever was asked for, it was not to uncover a secret */
    uint64_t mount_id = mount_id_of(target);
    /*
     * A process whose directory lies in the grant keeps it; read-only it is of no more use to it. Fails
     * while a file in it is open for writing: open files are not revoked, nor is the folder then.
     */
    set_tree_attributes(target, ATTR_RDONLY);
    close(target);
    int layers = is_layered(mount_id, inode) ? 2 : 1;
    while (layers-- > 0)
        if (!take_top_out(path, namespace, own)) give_up("umount");
    tell_parent("done", 0, mount_id, inode);
}

static _Noreturn void hide_in_child(pid_t pid, const char *path) {
    uint64_t inode;
    int namespace = open_namespace(pid, &inode);
    errno = EINVAL;
    if (!is_exact_path(path)) give_up("path");
    /* Made before: inside the target there is no place where it could be prepared unseen. */
    if (unshare(CLONE_NEWNS) != 0) give_up("unshare");
    int folder = make_cover(true), file = make_cover(false);
    if (folder < 0 || file < 0) give_up("cover");
    if (setns(namespace, CLONE_NEWNS) != 0) give_up("setns");
    int target = open_name(path);
    if (target < 0 && is_out_of_reach(errno)) tell_parent("done", 0, 0, inode);
    if (target < 0) give_up("target");
    if (!is_cover(target) && !attach_tree(is_directory_fd(target) ? folder : file, target)) give_up("move_mount");
    tell_parent("done", 0, 0, inode);
}

/* Takes away what was shown of a covered folder, until it shows the cover itself. Else a new cover comes on top. */
static int cover_again(const char *path, int folder, int namespace, int elsewhere) {
    for (int tries = 0; tries < COVERS_MAX; tries++) {
        int target = open_exact(path);
        if (target < 0 || is_cover(target)) return target;
        /* As when a grant ends: of no more use to who stands in it. */
        bool is_ours = is_opened_cover(target) && is_mount_root(target);
        if (is_ours) set_tree_attributes(target, ATTR_RDONLY);
        bool is_done = (is_ours && take_top_out(path, namespace, elsewhere)) || attach_tree(folder, target);
        close(target);
        if (!is_done) return -1;
    }
    errno = EBUSY;
    return -1;
}

static _Noreturn void reveal_in_child(const struct grant_request *request) {
    uint64_t inode;
    int namespace = open_namespace(request->pid, &inode), own = open_own_namespace();
    const char *path = request->path, *step = "compose";
    errno = EINVAL;
    if (!is_exact_path(path)) give_up("path");
    int tree = request->protected_count > 0 ? compose_revealed(path, request->protected_paths, request->protected_count, &step) : -1;
    if (tree < 0 && request->protected_count > 0) give_up(step);
    if (unshare(CLONE_NEWNS) != 0) give_up("unshare");
    int folder = make_cover(true);
    if (folder < 0) give_up("cover");
    if (setns(namespace, CLONE_NEWNS) != 0) give_up("setns");
    int target = cover_again(path, folder, namespace, own);
    if (target < 0 && tree < 0 && is_out_of_reach(errno)) tell_parent("done", 0, 0, inode);
    if (target < 0) give_up("target");
    if (tree >= 0 && !attach_tree(tree, target)) give_up("move_mount");
    tell_parent("done", 0, 0, inode);
}

/* ---- in the holder */

enum work { WORK_PUT, WORK_TAKE, WORK_HIDE, WORK_REVEAL };

static struct grant_result run_child(enum work work, const struct grant_request *request) {
    struct grant_result result = {.step = "child", .error = EIO};
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return result;
    pid_t holder = getpid(), child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != holder) _exit(1);
        alarm(WORK_SECONDS_MAX); /* a dead network file system must not stop the holder for good */
        result_pipe = ends[1];
        if (work == WORK_PUT) put_in_child(request);
        if (work == WORK_TAKE) take_in_child(request->pid, request->path);
        if (work == WORK_REVEAL) reveal_in_child(request);
        hide_in_child(request->pid, request->path);
    }
    close(ends[1]);
    if (child > 0) {
        struct grant_result told;
        if (read(ends[0], &told, sizeof told) == sizeof told) result = told;
        int status;
        while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
        if (WIFSIGNALED(status)) result.error = ETIMEDOUT;
    }
    close(ends[0]);
    return result;
}

struct grant_result put_grant(const struct grant_request *request) {
    struct layered_grant *grant = malloc(sizeof *grant);
    if (!grant) fail("memory");
    struct grant_result result = run_child(WORK_PUT, request);
    if (result.error || !result.is_layered) {
        free(grant);
        return result;
    }
    *grant = (struct layered_grant){result.mount_id, result.namespace_inode, layered_grants};
    layered_grants = grant;
    return result;
}

struct grant_result take_grant(pid_t pid, const char *path) {
    struct grant_request request = {.pid = pid, .path = path};
    struct grant_result result = run_child(WORK_TAKE, &request);
    if (result.error) return result;
    for (struct layered_grant **link = &layered_grants; *link; link = &(*link)->next) {
        struct layered_grant *grant = *link;
        if (grant->upper_id != result.mount_id || grant->namespace_inode != result.namespace_inode) continue;
        *link = grant->next;
        free(grant);
        break;
    }
    return result;
}

struct grant_result hide_path(pid_t pid, const char *path) {
    struct grant_request request = {.pid = pid, .path = path};
    return run_child(WORK_HIDE, &request);
}

struct grant_result reveal_in_cover(pid_t pid, const char *path, char **words, int count) {
    struct grant_request request = {.pid = pid, .path = path, .protected_paths = words, .protected_count = count};
    return run_child(WORK_REVEAL, &request);
}
