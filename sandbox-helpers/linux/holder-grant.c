#include "holder-grant.h"

#include <errno.h>
#include <fcntl.h>
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
#include "holder-paths.h"
#include "kernel-calls.h"

#define WORK_SECONDS_MAX 20
#define MOUNT_ID_MASK 0x1000u

struct known_mount {
    uint64_t mount_id, namespace_inode;
    struct known_mount *next;
};

/* Every grant that was put and not yet taken. */
static struct known_mount *known_mounts;

struct kernel_statx {
    uint32_t head[36];
    uint64_t mount_id;
    uint64_t rest[13];
};

/* ---- in the throw-away child: each failure ends it with the name of the step */

static int result_pipe;

static _Noreturn void tell_parent(const char *step, int error, uint64_t mount_id, uint64_t namespace_inode) {
    struct grant_result result = {.error = error, .mount_id = mount_id, .namespace_inode = namespace_inode};
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

/* Covers one protected path below the tree at `base`, unless it does not exist. */
static void protect(int base, const char *root, const char *path) {
    errno = EINVAL;
    if (!is_exact_path(path) || !is_below(path, root)) give_up("protected");
    int fd = call_openat2(base, path + strlen(root) + 1, O_PATH | O_CLOEXEC, RESOLVE_WITHOUT_SYMLINKS | RESOLVE_BELOW);
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR)) return;
    int tree = fd < 0 ? -1 : clone_tree(fd);
    if (tree < 0 || !set_tree_attributes(tree, ATTR_RDONLY) || !attach_tree(tree, fd)) give_up("protected");
    close(tree);
    close(fd);
}

/* The whole grant as one detached tree, so that it appears in the sandbox in a single step. */
static int compose(const struct grant_request *request) {
    int source = open_exact(request->path);
    if (source < 0) give_up("path");
    int tree = clone_tree(source);
    if (tree < 0) give_up("open_tree");
    unsigned attributes = ATTR_NOSUID | ATTR_NODEV | (request->is_writable ? 0 : ATTR_RDONLY);
    if (!set_tree_attributes(tree, attributes)) give_up("mount_setattr");
    if (request->protected_count == 0) return tree;
    if (unshare(CLONE_NEWNS) != 0) give_up("unshare");
    int stage = open_exact(request->path);
    if (stage < 0 || !attach_tree(tree, stage)) give_up("compose");
    close(tree);
    int base = open_exact(request->path);
    if (base < 0) give_up("compose");
    for (int i = 0; i < request->protected_count; i++) protect(base, request->path, request->protected_paths[i]);
    tree = clone_tree(base);
    if (tree < 0) give_up("open_tree");
    return tree;
}

static bool is_on_tmpfs(int directory) {
    struct statfs status;
    return fstatfs(directory, &status) == 0 && status.f_type == TMPFS_MAGIC;
}

static _Noreturn void put_in_child(const struct grant_request *request) {
    uint64_t inode;
    int namespace = open_namespace(request->pid, &inode);
    int tree = compose(request);
    if (setns(namespace, CLONE_NEWNS) != 0) give_up("setns");
    int target = open_exact(request->path);
    if (target < 0 && errno == ENOENT && make_mount_point(request->path, is_directory_fd(tree), is_on_tmpfs))
        target = open_exact(request->path);
    if (target < 0) give_up("target");
    if (!attach_tree(tree, target)) give_up("move_mount");
    tell_parent("done", 0, mount_id_of(tree), inode);
}

static bool is_known(uint64_t mount_id, uint64_t inode) {
    for (struct known_mount *known = known_mounts; known; known = known->next)
        if (known->mount_id == mount_id && known->namespace_inode == inode) return true;
    return false;
}

static _Noreturn void take_in_child(pid_t pid, const char *path) {
    uint64_t inode;
    int namespace = open_namespace(pid, &inode);
    if (!is_exact_path(path)) {
        errno = EINVAL;
        give_up("path");
    }
    if (setns(namespace, CLONE_NEWNS) != 0) give_up("setns");
    int target = open_exact(path);
    if (target < 0) give_up("target");
    uint64_t mount_id = mount_id_of(target);
    errno = EINVAL;
    if (!is_known(mount_id, inode)) give_up("not a grant");
    /* From the parent's descriptor: /proc is the sandbox's own here, and the path may not be walked again. */
    char parent[4096];
    snprintf(parent, sizeof parent, "%s", path);
    char *name = strrchr(parent, '/');
    *name++ = 0;
    int directory = parent[0] ? open_exact(parent) : open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0 || fchdir(directory) != 0) give_up("target");
    close(target);
    if (umount2(name, MNT_DETACH | UMOUNT_NOFOLLOW) != 0) give_up("umount");
    tell_parent("done", 0, mount_id, inode);
}

/* ---- in the holder */

static struct grant_result run_child(const struct grant_request *request, pid_t pid, const char *path) {
    struct grant_result result = {.step = "child", .error = EIO};
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return result;
    pid_t holder = getpid(), child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != holder) _exit(1);
        alarm(WORK_SECONDS_MAX); /* a dead network file system must not stop the holder for good */
        result_pipe = ends[1];
        if (request) put_in_child(request);
        take_in_child(pid, path);
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
    struct known_mount *known = malloc(sizeof *known);
    if (!known) fail("memory");
    struct grant_result result = run_child(request, 0, NULL);
    if (result.error) {
        free(known);
        return result;
    }
    *known = (struct known_mount){result.mount_id, result.namespace_inode, known_mounts};
    known_mounts = known;
    return result;
}

struct grant_result take_grant(pid_t pid, const char *path) {
    struct grant_result result = run_child(NULL, pid, path);
    if (result.error) return result;
    for (struct known_mount **link = &known_mounts; *link; link = &(*link)->next) {
        struct known_mount *known = *link;
        if (known->mount_id != result.mount_id || known->namespace_inode != result.namespace_inode) continue;
        *link = known->next;
        free(known);
        break;
    }
    return result;
}
