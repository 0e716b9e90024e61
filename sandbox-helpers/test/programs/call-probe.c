/*
 * Makes one call that changes files, by its number, and prints its errno name: "ok" when it succeeds.
 * call-probe [--in DIR] CALL ARGUMENTS...; more than one call is separated by "--then".
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#include <utime.h>

static long at(const char *call, char **a) {
    struct timespec times[2] = {{1000, 0}, {2000, 0}};
    if (!strcmp(call, "mkdirat")) return syscall(SYS_mkdirat, AT_FDCWD, a[0], 0755);
    if (!strcmp(call, "mknodat")) return syscall(SYS_mknodat, AT_FDCWD, a[0], S_IFIFO | 0600, 0);
    if (!strcmp(call, "device")) return syscall(SYS_mknodat, AT_FDCWD, a[0], S_IFCHR | 0600, 259);
    if (!strcmp(call, "symlinkat")) return syscall(SYS_symlinkat, "to", AT_FDCWD, a[0]);
    if (!strcmp(call, "linkat")) return syscall(SYS_linkat, AT_FDCWD, a[0], AT_FDCWD, a[1], 0);
    if (!strcmp(call, "renameat2")) return syscall(SYS_renameat2, AT_FDCWD, a[0], AT_FDCWD, a[1], 0);
    if (!strcmp(call, "keep")) return syscall(SYS_renameat2, AT_FDCWD, a[0], AT_FDCWD, a[1], 1);
    if (!strcmp(call, "renameat")) return syscall(SYS_renameat, AT_FDCWD, a[0], AT_FDCWD, a[1]);
    if (!strcmp(call, "unlinkat")) return syscall(SYS_unlinkat, AT_FDCWD, a[0], 0);
    if (!strcmp(call, "removedir")) return syscall(SYS_unlinkat, AT_FDCWD, a[0], AT_REMOVEDIR);
    if (!strcmp(call, "truncate")) return syscall(SYS_truncate, a[0], 1L);
    if (!strcmp(call, "fchmodat")) return syscall(SYS_fchmodat, AT_FDCWD, a[0], 0640);
    if (!strcmp(call, "fchmodat2")) return syscall(452, AT_FDCWD, a[0], 0640, 0);
    if (!strcmp(call, "fchownat")) return syscall(SYS_fchownat, AT_FDCWD, a[0], -1, getegid(), 0);
    if (!strcmp(call, "giveaway")) return syscall(SYS_fchownat, AT_FDCWD, a[0], 4242, -1, 0);
    if (!strcmp(call, "utimensat")) return syscall(SYS_utimensat, AT_FDCWD, a[0], times, 0);
    errno = ENOSYS;
    return -1;
}

static long make(const char *call, char **a) {
#if defined(__x86_64__)
    struct utimbuf old = {1000, 2000};
    struct timeval times[2] = {{1000, 0}, {2000, 0}};
    if (!strcmp(call, "mkdir")) return syscall(SYS_mkdir, a[0], 0755);
    if (!strcmp(call, "mknod")) return syscall(SYS_mknod, a[0], S_IFIFO | 0600, 0);
    if (!strcmp(call, "symlink")) return syscall(SYS_symlink, "to", a[0]);
    if (!strcmp(call, "link")) return syscall(SYS_link, a[0], a[1]);
    if (!strcmp(call, "rename")) return syscall(SYS_rename, a[0], a[1]);
    if (!strcmp(call, "unlink")) return syscall(SYS_unlink, a[0]);
    if (!strcmp(call, "rmdir")) return syscall(SYS_rmdir, a[0]);
    if (!strcmp(call, "chmod")) return syscall(SYS_chmod, a[0], 0640);
    if (!strcmp(call, "chown")) return syscall(SYS_chown, a[0], -1, getegid());
    if (!strcmp(call, "lchown")) return syscall(SYS_lchown, a[0], -1, getegid());
    if (!strcmp(call, "utime")) return syscall(SYS_utime, a[0], &old);
    if (!strcmp(call, "utimes")) return syscall(SYS_utimes, a[0], times);
    if (!strcmp(call, "futimesat")) return syscall(SYS_futimesat, AT_FDCWD, a[0], times);
#endif
    return at(call, a);
}

int main(int argc, char **argv) {
    int next = 1;
    if (argc > 2 && !strcmp(argv[1], "--in")) {
        if (chdir(argv[2]) != 0) return 2;
        next = 3;
    }
    while (next < argc) {
        char *none[] = {"", ""};
        errno = 0;
        long done = make(argv[next], next + 1 < argc ? argv + next + 1 : none);
        printf("%s %s\n", argv[next], done == 0 ? "ok" : strerrorname_np(errno));
        while (next < argc && strcmp(argv[next], "--then") != 0) next++;
        next++;
    }
    return 0;
}
