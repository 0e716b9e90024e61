#include "holder-view.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../common/fail.h"
#include "holder-cover.h"
#include "holder-paths.h"
#include "kernel-calls.h"

#define OWN_TMPFS_MAX 256

/* File systems made here: the only ones in which a missing mount point may be made. */
static dev_t own_tmpfs[OWN_TMPFS_MAX];
static int own_tmpfs_count;

static _Noreturn void fail_at(const char *what, const char *path) {
    char text[512];
    snprintf(text, sizeof text, "%s %.400s", what, path);
    fail(text);
}

static bool is_own_tmpfs(int directory) {
    struct stat status;
    if (fstat(directory, &status) != 0) return false;
    for (int i = 0; i < own_tmpfs_count; i++)
        if (own_tmpfs[i] == status.st_dev) return true;
    return false;
}

static void remember_tmpfs(int tree) {
    struct stat status;
    if (fstat(tree, &status) != 0) fail("fstat of a tmpfs");
    if (own_tmpfs_count == OWN_TMPFS_MAX) fail_because("view", "too many tmpfs");
    own_tmpfs[own_tmpfs_count++] = status.st_dev;
}

/* Puts a tree at path, making the mount point where that touches nothing of the host's. */
static void attach_at(int tree, const char *path, const char *what) {
    int target = open_exact(path);
    if (target < 0 && errno == ENOENT && make_mount_point(path, is_directory_fd(tree), is_own_tmpfs)) target = open_exact(path);
    if (target < 0 || !attach_tree(tree, target)) fail_at(what, path);
    close(target);
}

struct kept {
    const char *path;
    int tree;
};

static int by_depth(const void *left, const void *right) {
    size_t a = strlen(((const struct kept *)left)->path), b = strlen(((const struct kept *)right)->path);
    return a < b ? -1 : a > b;
}

/* Everything to be kept below path, as it looks now (earlier masks included), shallow first. */
static struct kept *take_kept(const struct view_op *ops, int count, const char *path, int *taken) {
    struct kept *kept = calloc((size_t)count + 1, sizeof *kept);
    if (!kept) fail("memory");
    *taken = 0;
    for (int i = 0; i < count; i++) {
        if (ops[i].kind != VIEW_KEEP || !is_below(ops[i].path, path)) continue;
        int fd = open_exact(ops[i].path);
        if (fd < 0 && is_out_of_reach(errno)) continue;
        int tree = fd < 0 ? -1 : clone_tree(fd);
        if (tree < 0) fail_at("keep", ops[i].path);
        close(fd);
        kept[(*taken)++] = (struct kept){ops[i].path, tree};
    }
    qsort(kept, (size_t)*taken, sizeof *kept, by_depth);
    return kept;
}

static void put_tmpfs(const struct view_op *ops, int count, const struct view_op *op) {
    int taken;
    struct kept *kept = take_kept(ops, count, op->path, &taken);
    int tree = make_tmpfs(op->size, op->mode, 0);
    if (tree < 0) fail_at("tmpfs", op->path);
    attach_at(tree, op->path, "tmpfs");
    remember_tmpfs(tree);
    close(tree);
    for (int i = 0; i < taken; i++) {
        attach_at(kept[i].tree, kept[i].path, "keep");
        close(kept[i].tree);
    }
    free(kept);
}

static void put_mask(const char *path, bool may_be_link) {
    /* A link is covered itself: it can then be neither followed nor removed. */
    int target = may_be_link ? open_name(path) : open_exact(path);
    if (target < 0 && is_out_of_reach(errno)) return;
    if (target < 0) fail_at("mask", path);
    /* Removed since it was looked for: nothing is left to hide. Sockets of others come and go all the time. */
    if (!cover(target) && errno != ENOENT) fail_at("mask", path);
    close(target);
}

/* Sources are taken as the host has them, before the first operation hides anything. */
static void take_sources(struct view_op *ops, int count) {
    for (int i = 0; i < count; i++) {
        if (ops[i].kind != VIEW_BIND && ops[i].kind != VIEW_RO_BIND) continue;
        int fd = open_exact(ops[i].source);
        ops[i].tree = fd < 0 ? -1 : clone_tree(fd);
        unsigned attributes = ATTR_NOSUID | ATTR_NODEV | (ops[i].kind == VIEW_RO_BIND ? ATTR_RDONLY : 0);
        if (ops[i].tree < 0 || !set_tree_attributes(ops[i].tree, attributes)) fail_at("bind", ops[i].source);
        close(fd);
    }
}

void apply_view(struct view_op *ops, int count) {
    take_sources(ops, count);
    for (int i = 0; i < count; i++) {
        switch (ops[i].kind) {
        case VIEW_TMPFS: put_tmpfs(ops, count, &ops[i]); break;
        case VIEW_KEEP: break; /* belongs to the tmpfs that would hide it */
        case VIEW_MASK: put_mask(ops[i].path, false); break;
        case VIEW_MASK_FILE: put_mask(ops[i].path, true); break;
        case VIEW_BIND:
        case VIEW_RO_BIND:
            attach_at(ops[i].tree, ops[i].path, "bind");
            close(ops[i].tree);
            break;
        }
    }
}
