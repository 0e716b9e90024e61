/*
 * Kernel interfaces that a C library or an older header set may not know.
 * The numbers from 424 up are the same on x86-64 and arm64.
 */
#ifndef SALLYPORT_KERNEL_CALLS_H
#define SALLYPORT_KERNEL_CALLS_H

#include <errno.h>
#include <linux/keyctl.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#if !defined(__x86_64__) && !defined(__aarch64__)
#error "only x86-64 and arm64 are supported"
#endif

#define NR_PIDFD_SEND_SIGNAL 424
#define NR_OPEN_TREE 428
#define NR_MOVE_MOUNT 429
#define NR_FSOPEN 430
#define NR_FSCONFIG 431
#define NR_FSMOUNT 432
#define NR_PIDFD_OPEN 434
#define NR_CLOSE_RANGE 436
#define NR_OPENAT2 437
#define NR_PIDFD_GETFD 438
#define NR_FACCESSAT2 439
#define NR_MOUNT_SETATTR 442
#define NR_FCHMODAT2 452

#define TREE_CLONE 1u
#define TREE_CLOEXEC 02000000u
#define TREE_RECURSIVE 0x8000u
#define TREE_EMPTY_PATH 0x1000u
#define MOVE_FROM_EMPTY_PATH 4u
#define MOVE_TO_EMPTY_PATH 0x40u
#define ATTR_RDONLY 1u
#define ATTR_NOSUID 2u
#define ATTR_NODEV 4u
#define ATTR_NOEXEC 8u
#define FSCONFIG_STRING 1u
#define FSCONFIG_CREATE 6u
#define FS_CLOEXEC 1u

#define RESOLVE_WITHOUT_SYMLINKS 0x04u
#define RESOLVE_BELOW 0x08u
#define RESOLVE_AS_ROOT 0x10u

struct kernel_open_how {
    uint64_t flags, mode, resolve;
};

struct kernel_mount_attr {
    uint64_t set, clear, propagation, userns_fd;
};

enum { OPENAT2_TRIES = 1000 };

static inline int call_openat2(int dir, const char *path, uint64_t flags, uint64_t resolve) {
    struct kernel_open_how how = {.flags = flags, .resolve = resolve};
    int fd = -1;
    /* With ".." in the path any rename or mount on the machine makes the kernel say "again": it could not prove that the walk stayed below. */
    for (int tries = 0; tries < OPENAT2_TRIES; tries++) {
        fd = (int)syscall(NR_OPENAT2, dir, path, &how, sizeof how);
        if (fd >= 0 || errno != EAGAIN) break;
    }
    return fd;
}

/* Whether two processes have one memory; false where the kernel does not say. */
static inline bool call_shares_memory(pid_t one, pid_t other) {
    return syscall(SYS_kcmp, one, other, 1 /* KCMP_VM */, 0, 0) == 0;
}

static inline int call_pidfd_open(pid_t pid) {
    return (int)syscall(NR_PIDFD_OPEN, pid, 0);
}

static inline int call_pidfd_send_signal(int pidfd, int signal, unsigned flags) {
    return (int)syscall(NR_PIDFD_SEND_SIGNAL, pidfd, signal, NULL, flags);
}

static inline int call_close_range(unsigned first, unsigned last) {
    return (int)syscall(NR_CLOSE_RANGE, first, last, 0);
}

/* A new anonymous session keyring, so that keys of the person's login are not inherited. */
static inline long call_join_new_keyring(void) {
    return syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL);
}

#endif
