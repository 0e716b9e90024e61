/*
 * Paths as the caller of a held call sees them: in its root, from its directory, without our own
 * root or our own /proc/self slipping in.
 */
#ifndef SALLYPORT_GATE_PATH_H
#define SALLYPORT_GATE_PATH_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Twice, because a relative path is put behind its directory. */
#define CALLER_PATH_BYTES (PATH_MAX * 2)

/* The directory a relative path starts in (AT_FDCWD: the working directory); false when no name leads to it any more. */
bool read_caller_directory(pid_t tid, int dirfd, char *buffer, size_t size);
/* An O_PATH descriptor of the caller's root. */
int open_caller_root(pid_t tid);
/* An O_PATH descriptor of an absolute path below `root`; -1 with errno. */
int open_in_root(int root, const char *path, uint64_t flags);
/*
 * Whether nothing at all is behind `path`. A link that only the caller can follow (/proc/self,
 * a magic link) counts as something: being wrong here would let an exec pass unasked.
 */
bool is_surely_missing(int root, const char *path);
/*
 * Opens what an O_PATH descriptor of a regular file shows; -1 with errno, EACCES for anything else. Nothing else that a
 * process inside has put there may be opened by us: the lock of a pipe may be held, and who waits for it cannot even be
 * killed; a device may do something of its own.
 */
int reopen_file(int fd, int flags);
/* Where an O_PATH descriptor lies, as seen from the root of its own mount namespace. */
bool read_fd_path(int fd, char *buffer, size_t size);

#endif
