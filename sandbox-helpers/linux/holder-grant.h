/*
 * Grants: mounts put into, and taken out of, a sandbox that is already running.
 *
 * Promises: a protected path below a grant is read-only from the first moment the grant is
 * visible; a covered secret below it stays covered, and taking a mount away never uncovers one;
 * nothing is mounted through a symlink.
 * Does not promise to revoke descriptors that a process opened while the grant was there.
 */
#ifndef SALLYPORT_HOLDER_GRANT_H
#define SALLYPORT_HOLDER_GRANT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct grant_result {
    char step[24]; /* what failed */
    int error;     /* 0 when it worked */
    uint64_t mount_id, namespace_inode;
    bool is_layered;
};

struct grant_request {
    pid_t pid; /* a process of the target mount namespace, by its host number */
    const char *path;
    bool is_writable;
    char **protected_paths; /* below path: stay read-only, or with "hide:" in front unreadable */
    int protected_count;
};

struct grant_result put_grant(const struct grant_request *request);
struct grant_result take_grant(pid_t pid, const char *path);
/* Covers what a namespace shows at path; nothing to do when nothing is there or it is covered. */
struct grant_result hide_path(pid_t pid, const char *path);
/*
 * Shows of a folder that is covered as a whole exactly what the words name (see holder-reveal.h), instead of what was
 * shown of it before; without words it is covered as a whole again. A folder that is not there has nothing to show.
 */
struct grant_result reveal_in_cover(pid_t pid, const char *path, char **words, int count);

#endif
