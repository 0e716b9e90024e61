#include "holder-compose.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "holder-cover.h"
#include "holder-paths.h"
#include "kernel-calls.h"

static const char hide_prefix[] = "hide:";

static const char *plain_path(const char *text, bool *is_hidden) {
    size_t length = sizeof hide_prefix - 1;
    *is_hidden = strncmp(text, hide_prefix, length) == 0;
    return *is_hidden ? text + length : text;
}

/* The part below `root`, opened in the tree at `base`; -1 with errno. */
static int open_part(int base, const char *part, int flags) {
    return call_openat2(base, part, O_PATH | O_CLOEXEC | flags, RESOLVE_WITHOUT_SYMLINKS | RESOLVE_BELOW);
}

static bool attach_copy(int fd, unsigned attributes) {
    int tree = clone_tree(fd);
    bool is_done = tree >= 0 && set_tree_attributes(tree, attributes) && attach_tree(tree, fd);
    int error = errno;
    if (tree >= 0) close(tree);
    errno = error;
    return is_done;
}

/*
 * Binds every directory between the root and a protected path onto itself. The kernel refuses to
 * rename a directory that is a mount point anywhere in the namespace; without this,
 * `mv sub old; mkdir -p sub/.git` would replace a protected sub/.git.
 * Each is bound once: a copy carries the mounts below it along, so every further one would double them.
 */
static bool pin_parents(int base, const char *part, bool *has_pins) {
    char parent[PATH_MAX];
    snprintf(parent, sizeof parent, "%s", part);
    for (char *slash = strchr(parent, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        int fd = open_part(base, parent, 0);
        if (fd < 0) return is_out_of_reach(errno);
        /* On any doubt it is none: pinning twice is safe, pinning never is not. */
        bool is_pinned = is_mount_root(fd) || attach_copy(fd, 0);
        close(fd);
        if (!is_pinned) return false;
        *has_pins = true;
        *slash = '/';
    }
    return true;
}

static bool protect(int base, const char *part, bool is_hidden) {
    int fd = open_part(base, part, is_hidden ? O_NOFOLLOW : 0);
    if (fd < 0) return is_out_of_reach(errno); /* nothing there to protect */
    bool is_done = is_hidden ? cover(fd) : attach_copy(fd, ATTR_RDONLY);
    close(fd);
    return is_done;
}

/* Puts a detached tree on top of what `path` shows; an O_PATH descriptor of the new top. */
static int stage_layer(const char *path, int tree, unsigned attributes) {
    int under = open_exact(path);
    if (under < 0 || tree < 0 || !set_tree_attributes(tree, attributes) || !attach_tree(tree, under)) return -1;
    close(under);
    close(tree);
    return open_exact(path);
}

int compose_grant(const struct grant_request *request, bool *has_layers, const char **step) {
    *has_layers = false;
    *step = "path";
    int source = open_exact(request->path);
    if (source < 0) return -1;
    unsigned attributes = ATTR_NOSUID | ATTR_NODEV | (request->is_writable ? 0 : ATTR_RDONLY);
    *step = "open_tree";
    if (request->protected_count == 0) {
        int tree = clone_tree(source);
        return tree >= 0 && set_tree_attributes(tree, attributes) ? tree : -1;
    }
    *step = "unshare";
    if (unshare(CLONE_NEWNS) != 0) return -1;
    /* Pins go into a layer below the one that is used: lookups then meet no mount that would make a rename fail with EXDEV. */
    *step = "compose";
    source = open_exact(request->path);
    if (source < 0) return -1;
    /* Both are taken before either is put: a later copy would carry the other one along. */
    int lower_tree = clone_tree(source), upper_tree = clone_tree(source);
    int lower = stage_layer(request->path, lower_tree, attributes | ATTR_RDONLY);
    if (lower < 0) return -1;
    *step = "protected";
    for (int i = 0; i < request->protected_count; i++) {
        bool is_hidden;
        const char *path = plain_path(request->protected_paths[i], &is_hidden);
        errno = EINVAL;
        if (!is_exact_path(path) || !is_below(path, request->path)) return -1;
        if (!pin_parents(lower, path + strlen(request->path) + 1, has_layers)) return -1;
    }
    *step = "compose";
    int upper = stage_layer(request->path, upper_tree, attributes);
    if (upper < 0) return -1;
    *step = "protected";
    for (int i = 0; i < request->protected_count; i++) {
        bool is_hidden;
        const char *path = plain_path(request->protected_paths[i], &is_hidden);
        if (!protect(upper, path + strlen(request->path) + 1, is_hidden)) return -1;
    }
    *step = "open_tree";
    return clone_tree(*has_layers ? lower : upper);
}
