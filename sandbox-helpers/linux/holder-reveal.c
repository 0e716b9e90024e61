/*
 * Promises: what is shown is found by its name and by nothing else: the folders that lead to it can be searched and not
 * listed, and nothing can be made in them; each thing is composed as a grant, with what is protected and hidden in it.
 * Does not promise that the names stay unknown: mounts are listed in /proc.
 * Without it, one key could only be granted with the whole folder of keys.
 */
#include "holder-reveal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "holder-compose.h"
#include "holder-grant.h"
#include "holder-paths.h"
#include "kernel-calls.h"

#define SEARCH_ONLY 0111

struct shown {
    const char *path;
    int tree;
};

static bool is_heading(const char *word) {
    return strncmp(word, "ro:/", 4) == 0 || strncmp(word, "rw:/", 4) == 0;
}

bool is_opened_cover(int fd) {
    struct stat status;
    struct statfs system;
    return fstat(fd, &status) == 0 && fstatfs(fd, &system) == 0 && system.f_type == TMPFS_MAGIC && S_ISDIR(status.st_mode) &&
           (status.st_mode & 07777) == SEARCH_ONLY;
}

/* Each is composed in the namespace that the caller began with: it may leave another one behind. */
static int compose_all(const char *cover, char **words, int count, struct shown *shown, const char **step) {
    int own = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC), found = 0;
    *step = "namespace";
    if (own < 0) return -1;
    for (int at = 0, next; at < count; at = next) {
        for (next = at + 1; next < count && !is_heading(words[next]);) next++;
        *step = "path";
        errno = EINVAL;
        if (!is_heading(words[at]) || !is_exact_path(words[at] + 3) || !is_below(words[at] + 3, cover)) return -1;
        struct grant_request request = {0, words[at] + 3, words[at][1] == 'w', words + at + 1, next - at - 1};
        *step = "namespace";
        if (setns(own, CLONE_NEWNS) != 0) return -1;
        bool has_layers;
        int tree = compose_grant(&request, &has_layers, step);
        if (tree < 0) return -1;
        shown[found++] = (struct shown){request.path, tree};
    }
    close(own);
    return found;
}

/* The place for one of them in the tmpfs `base`; missing parts are made in that file system only. */
static int make_place(int base, dev_t device, const char *part, bool is_directory) {
    char path[PATH_MAX], *name = path;
    strncpy(path, part, sizeof path - 1);
    path[sizeof path - 1] = 0;
    int directory = call_openat2(base, ".", O_PATH | O_CLOEXEC, RESOLVE_WITHOUT_SYMLINKS);
    while (directory >= 0 && name) {
        char *slash = strchr(name, '/');
        if (slash) *slash = 0;
        int next = call_openat2(directory, name, O_PATH | O_CLOEXEC, RESOLVE_WITHOUT_SYMLINKS | RESOLVE_BELOW);
        struct stat status;
        if (next < 0 && errno == ENOENT && fstat(directory, &status) == 0 && status.st_dev == device) {
            int made = slash || is_directory ? mkdirat(directory, name, SEARCH_ONLY) : mknodat(directory, name, S_IFREG, 0);
            if (made == 0) next = call_openat2(directory, name, O_PATH | O_CLOEXEC, RESOLVE_WITHOUT_SYMLINKS | RESOLVE_BELOW);
        }
        int error = errno;
        close(directory);
        errno = error;
        directory = next;
        name = slash ? slash + 1 : NULL;
    }
    return directory;
}

/* Put together at its own place in a namespace that nobody else sees. */
static int put_together(const char *cover, const struct shown *shown, int count) {
    struct stat status;
    int target = open_exact(cover), tree = make_tmpfs("4096", "0111", ATTR_NOEXEC);
    if (target < 0 || tree < 0 || fstat(tree, &status) != 0 || !attach_tree(tree, target)) return -1;
    for (int i = 0; i < count; i++) {
        int base = open_exact(cover);
        int place = base < 0 ? -1 : make_place(base, status.st_dev, shown[i].path + strlen(cover) + 1, is_directory_fd(shown[i].tree));
        if (place < 0 || !attach_tree(shown[i].tree, place)) return -1;
        close(place);
        close(base);
        close(shown[i].tree);
    }
    int top = open_exact(cover);
    if (top < 0 || !set_mount_attributes(top, ATTR_RDONLY)) return -1;
    return clone_tree(top);
}

int compose_revealed(const char *path, char **words, int count, const char **step) {
    struct shown *shown = calloc((size_t)count + 1, sizeof *shown);
    *step = "memory";
    if (!shown) return -1;
    int found = compose_all(path, words, count, shown, step);
    if (found >= 0) *step = "reveal";
    int tree = found < 0 || unshare(CLONE_NEWNS) != 0 ? -1 : put_together(path, shown, found);
    int error = errno;
    free(shown);
    errno = error;
    return tree;
}
