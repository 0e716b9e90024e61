#include "gate-calls.h"

#include <stddef.h>
#include <sys/syscall.h>

#include "kernel-calls.h"

static const struct call_shape shapes[] = {
    {.call = SYS_mkdirat, .op = CHANGE_MKDIR, .dirfd = ARG(0), .path = ARG(1), .mode = ARG(2)},
    {.call = SYS_mknodat, .op = CHANGE_MKNOD, .dirfd = ARG(0), .path = ARG(1), .mode = ARG(2), .number = ARG(3)},
    {.call = SYS_symlinkat, .op = CHANGE_SYMLINK, .text = ARG(0), .dirfd = ARG(1), .path = ARG(2)},
    {.call = SYS_linkat, .op = CHANGE_LINK, .from_dirfd = ARG(0), .from_path = ARG(1), .dirfd = ARG(2), .path = ARG(3), .flags = ARG(4)},
    {.call = SYS_renameat, .op = CHANGE_RENAME, .from_dirfd = ARG(0), .from_path = ARG(1), .dirfd = ARG(2), .path = ARG(3)},
    {.call = SYS_renameat2, .op = CHANGE_RENAME, .from_dirfd = ARG(0), .from_path = ARG(1), .dirfd = ARG(2), .path = ARG(3), .flags = ARG(4)},
    {.call = SYS_unlinkat, .op = CHANGE_UNLINK, .dirfd = ARG(0), .path = ARG(1), .flags = ARG(2)},
    {.call = SYS_truncate, .op = CHANGE_TRUNCATE, .path = ARG(0), .number = ARG(1), .follows = true},
    {.call = SYS_fchmodat, .op = CHANGE_CHMOD, .dirfd = ARG(0), .path = ARG(1), .mode = ARG(2), .follows = true},
    {.call = NR_FCHMODAT2, .op = CHANGE_CHMOD, .dirfd = ARG(0), .path = ARG(1), .mode = ARG(2), .flags = ARG(3), .follows = true},
    {.call = SYS_fchownat, .op = CHANGE_CHOWN, .dirfd = ARG(0), .path = ARG(1), .mode = ARG(2), .number = ARG(3), .flags = ARG(4), .follows = true},
    {.call = SYS_utimensat, .op = CHANGE_TIMES, .dirfd = ARG(0), .path = ARG(1), .times = ARG(2), .flags = ARG(3), .follows = true, .time_unit = 'n'},
#if defined(__x86_64__)
    {.call = SYS_mkdir, .op = CHANGE_MKDIR, .path = ARG(0), .mode = ARG(1)},
    {.call = SYS_mknod, .op = CHANGE_MKNOD, .path = ARG(0), .mode = ARG(1), .number = ARG(2)},
    {.call = SYS_symlink, .op = CHANGE_SYMLINK, .text = ARG(0), .path = ARG(1)},
    {.call = SYS_link, .op = CHANGE_LINK, .from_path = ARG(0), .path = ARG(1)},
    {.call = SYS_rename, .op = CHANGE_RENAME, .from_path = ARG(0), .path = ARG(1)},
    {.call = SYS_unlink, .op = CHANGE_UNLINK, .path = ARG(0)},
    {.call = SYS_rmdir, .op = CHANGE_RMDIR, .path = ARG(0)},
    {.call = SYS_chmod, .op = CHANGE_CHMOD, .path = ARG(0), .mode = ARG(1), .follows = true},
    {.call = SYS_chown, .op = CHANGE_CHOWN, .path = ARG(0), .mode = ARG(1), .number = ARG(2), .follows = true},
    {.call = SYS_lchown, .op = CHANGE_CHOWN, .path = ARG(0), .mode = ARG(1), .number = ARG(2)},
    {.call = SYS_utime, .op = CHANGE_TIMES, .path = ARG(0), .times = ARG(1), .follows = true, .time_unit = 's'},
    {.call = SYS_utimes, .op = CHANGE_TIMES, .path = ARG(0), .times = ARG(1), .follows = true, .time_unit = 'u'},
    {.call = SYS_futimesat, .op = CHANGE_TIMES, .dirfd = ARG(0), .path = ARG(1), .times = ARG(2), .follows = true, .time_unit = 'u'},
#endif
};

const struct call_shape *find_call_shape(int call) {
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
        if (shapes[i].call == call) return &shapes[i];
    return NULL;
}

const struct call_shape *call_shape_at(size_t index) {
    return index < sizeof shapes / sizeof shapes[0] ? &shapes[index] : NULL;
}
