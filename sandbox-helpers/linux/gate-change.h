/*
 * Judging a held call that changes names or what is known of a file without opening it: mkdir,
 * rename, unlink, rmdir, link, symlink, mknod, truncate, chmod, chown, times.
 */
#ifndef SALLYPORT_GATE_CHANGE_H
#define SALLYPORT_GATE_CHANGE_H

#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

enum change_op {
    CHANGE_MKDIR,
    CHANGE_MKNOD,
    CHANGE_SYMLINK,
    CHANGE_LINK,
    CHANGE_RENAME,
    CHANGE_UNLINK,
    CHANGE_RMDIR,
    CHANGE_TRUNCATE,
    CHANGE_CHMOD,
    CHANGE_CHOWN,
    CHANGE_TIMES,
};

struct change_place {
    int dirfd;
    char *given; /* as the caller gave it; NULL when it was absolute, or there is no such place */
    char *path;  /* absolute, as the caller's root has it; once judged every link in it is resolved */
};

/* Everything needed to do it in the caller's place later. */
struct held_change {
    enum change_op op;
    struct change_place at, from; /* from: of a rename or a link */
    bool follows;                 /* the last part of `at`, or of a link's `from` */
    uint64_t flags, mode, number; /* number: a device's, or a length */
    uint32_t owner, group;
    bool has_times;
    struct timespec times[2];
    char *text; /* of a symlink */
};

void serve_change(const struct seccomp_notif *notice);
/* Also frees what it points to. */
void free_change(struct held_change *change);

#endif
