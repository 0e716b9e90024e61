#include "holder-cover.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "holder-paths.h"
#include "kernel-calls.h"

/* An unreadable empty file as a detached tree of its own; -1 with errno. */
static int make_blank_file(void) {
    int tmpfs = make_tmpfs("4096", "0700", 0), proc = open_exact("/proc");
    /* A tree can only be taken from a mounted place, so the tmpfs sits on /proc for a moment. */
    if (tmpfs < 0 || proc < 0 || !attach_tree(tmpfs, proc)) return -1;
    int file = openat(tmpfs, "blank", O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0);
    if (file >= 0) close(file);
    int shown = openat(tmpfs, "blank", O_PATH | O_CLOEXEC);
    int tree = shown < 0 ? -1 : clone_tree(shown);
    if (tree >= 0 && !set_tree_attributes(tree, ATTR_RDONLY)) tree = -1;
    int error = errno;
    if (umount2("/proc", MNT_DETACH) != 0) return -1;
    close(shown);
    close(proc);
    close(tmpfs);
    errno = error;
    return tree;
}

int make_cover(bool is_directory) {
    return is_directory ? make_tmpfs("4096", "0000", ATTR_RDONLY | ATTR_NOEXEC) : make_blank_file();
}

bool cover(int target) {
    int tree = make_cover(is_directory_fd(target));
    if (tree < 0) return false;
    bool is_covered = attach_tree(tree, target);
    int error = errno;
    close(tree);
    errno = error;
    return is_covered;
}

bool is_cover(int fd) {
    struct stat status;
    struct statfs system;
    return fstat(fd, &status) == 0 && fstatfs(fd, &system) == 0 && system.f_type == TMPFS_MAGIC && !(status.st_mode & 07777);
}
