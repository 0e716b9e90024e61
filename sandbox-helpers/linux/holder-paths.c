#include "holder-paths.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel-calls.h"

#define WAY_OUT "place"

bool is_exact_path(const char *path) {
    size_t length = strlen(path);
    if (path[0] != '/' || length < 2 || length >= PATH_MAX) return false;
    for (const char *part = path; *part == '/';) {
        size_t size = strcspn(part + 1, "/");
        if (size == 0 || (size == 1 && part[1] == '.') || (size == 2 && part[1] == '.' && part[2] == '.')) return false;
        part += size + 1;
    }
    return true;
}

bool is_below(const char *path, const char *ancestor) {
    size_t length = strlen(ancestor);
    return strncmp(path, ancestor, length) == 0 && path[length] == '/' && path[length + 1];
}

static int open_place(const char *path, int flags) {
    if (!is_exact_path(path)) {
        errno = EINVAL;
        return -1;
    }
    return call_openat2(AT_FDCWD, path, O_PATH | O_CLOEXEC | flags, RESOLVE_WITHOUT_SYMLINKS);
}

int open_exact(const char *path) {
    return open_place(path, 0);
}

int open_name(const char *path) {
    return open_place(path, O_NOFOLLOW);
}

bool is_out_of_reach(int error) {
    /* Folders of the person's own never answer EACCES to the holder, whatever their mode: in its namespace it is their root. */
    return error == ENOENT || error == ENOTDIR || error == EACCES;
}

bool is_directory_fd(int fd) {
    struct stat status;
    return fstat(fd, &status) == 0 && S_ISDIR(status.st_mode);
}

bool is_mount_root(int fd) {
    struct statx found;
    if (statx(fd, "", AT_EMPTY_PATH, STATX_TYPE, &found) != 0) return false;
    return (found.stx_attributes_mask & found.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

static int make_one(int directory, const char *name, bool is_directory) {
    if (is_directory) {
        if (mkdirat(directory, name, 0755) != 0 && errno != EEXIST) return -1;
    } else {
        int file = openat(directory, name, O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | O_WRONLY, 0644);
        if (file < 0 && errno != EEXIST) return -1;
        if (file >= 0) close(file);
    }
    return call_openat2(directory, name, O_PATH | O_CLOEXEC, RESOLVE_WITHOUT_SYMLINKS | RESOLVE_BELOW);
}

bool make_mount_point(const char *path, bool is_directory, bool (*may_create)(int directory)) {
    if (!is_exact_path(path)) {
        errno = EINVAL;
        return false;
    }
    char name[NAME_MAX + 1];
    int directory = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    bool is_creating = false;
    for (const char *part = path; *part && directory >= 0;) {
        size_t size = strcspn(part + 1, "/");
        bool is_last = part[size + 1] == 0;
        if (size > NAME_MAX) {
            errno = ENAMETOOLONG;
            break;
        }
        memcpy(name, part + 1, size);
        name[size] = 0;
        int next = is_creating ? -1 : call_openat2(directory, name, O_PATH | O_CLOEXEC, RESOLVE_WITHOUT_SYMLINKS);
        if (next < 0 && (is_creating || errno == ENOENT)) {
            if (!is_creating && !may_create(directory)) {
                errno = ENOENT;
                break;
            }
            is_creating = true;
            next = make_one(directory, name, is_directory || !is_last);
        }
        int error = errno;
        close(directory);
        errno = error;
        directory = next;
        part += size + 1;
        if (directory >= 0 && is_last) {
            close(directory);
            return true;
        }
    }
    if (directory >= 0) {
        int error = errno;
        close(directory);
        errno = error;
    }
    return false;
}

int clone_tree(int fd) {
    return (int)syscall(NR_OPEN_TREE, fd, "", TREE_CLONE | TREE_CLOEXEC | TREE_RECURSIVE | TREE_EMPTY_PATH);
}

bool set_tree_attributes(int tree, unsigned attributes) {
    struct kernel_mount_attr attr = {.set = attributes, .propagation = MS_PRIVATE};
    return syscall(NR_MOUNT_SETATTR, tree, "", TREE_EMPTY_PATH | TREE_RECURSIVE, &attr, sizeof attr) == 0;
}

bool set_mount_attributes(int mount, unsigned attributes) {
    struct kernel_mount_attr attr = {.set = attributes};
    return syscall(NR_MOUNT_SETATTR, mount, "", TREE_EMPTY_PATH, &attr, sizeof attr) == 0;
}

bool attach_tree(int tree, int target) {
    return syscall(NR_MOVE_MOUNT, tree, "", target, "", MOVE_FROM_EMPTY_PATH | MOVE_TO_EMPTY_PATH) == 0;
}

int make_tmpfs(const char *size, const char *mode, unsigned attributes) {
    int context = (int)syscall(NR_FSOPEN, "tmpfs", FS_CLOEXEC);
    if (context < 0) return -1;
    int tree = -1;
    if (syscall(NR_FSCONFIG, context, FSCONFIG_STRING, "size", size, 0) == 0 &&
        syscall(NR_FSCONFIG, context, FSCONFIG_STRING, "mode", mode, 0) == 0 &&
        syscall(NR_FSCONFIG, context, FSCONFIG_CREATE, NULL, NULL, 0) == 0)
        tree = (int)syscall(NR_FSMOUNT, context, FS_CLOEXEC, ATTR_NOSUID | ATTR_NODEV | attributes);
    int error = errno;
    close(context);
    errno = error;
    return tree;
}

/* A place in a new detached tmpfs; both descriptors, or false. */
static bool make_way_out(bool is_directory, int *tmpfs, int *place) {
    *place = -1;
    *tmpfs = make_tmpfs("4096", "0700", 0);
    if (*tmpfs < 0) return false;
    int file = is_directory ? mkdirat(*tmpfs, WAY_OUT, 0) : openat(*tmpfs, WAY_OUT, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0);
    if (file >= 0) *place = openat(*tmpfs, WAY_OUT, O_PATH | O_CLOEXEC);
    if (file > 0) close(file);
    return *place >= 0;
}

bool take_tree_out(int tree, int namespace, int elsewhere) {
    bool is_directory = is_directory_fd(tree), is_out = false;
    int tmpfs, place, root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (make_way_out(is_directory, &tmpfs, &place) && root >= 0 && attach_tree(tmpfs, root)) {
        bool is_moved = attach_tree(tree, place);
        is_out = is_moved && setns(elsewhere, CLONE_NEWNS) == 0 && unlinkat(tmpfs, WAY_OUT, is_directory ? AT_REMOVEDIR : 0) == 0;
        int error = errno;
        /* A tree that is still in there stays whole: nobody starts a path at the root of what lies on "/". */
        if (setns(namespace, CLONE_NEWNS) != 0) is_out = false;
        else if ((is_out || !is_moved) && (fchdir(tmpfs) != 0 || umount2(".", MNT_DETACH) != 0 || setns(namespace, CLONE_NEWNS) != 0)) is_out = false;
        else errno = error;
    }
    int error = errno;
    if (root >= 0) close(root);
    if (place >= 0) close(place);
    if (tmpfs >= 0) close(tmpfs);
    errno = error;
    return is_out;
}
