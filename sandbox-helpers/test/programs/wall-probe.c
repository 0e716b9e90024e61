/*
 * Makes each call that the wall's filter is about and prints "name errno" (0: it worked).
 * The arguments are such that without the filter the answer would be another one.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define FAR ((long)0xffffffff00000000ul)

static void probe(const char *name, long number, long a, long b, long c) {
    errno = 0;
    long result = syscall(number, a, b, c, 0, 0, 0);
    printf("%s %d\n", name, result < 0 ? errno : 0);
}

#define PLAIN(name, number) probe(name, number, -1, -1, -1)

static void probe_fork(const char *name, long flags) {
    fflush(stdout);
    errno = 0;
    long pid = syscall(SYS_clone, flags | 17, 0, 0, 0, 0);
    if (pid == 0) _exit(0);
    int error = errno;
    if (pid > 0) waitpid((pid_t)pid, NULL, 0);
    printf("%s %d\n", name, pid < 0 ? error : 0);
}

int main(void) {
    PLAIN("mount", SYS_mount);
    PLAIN("umount2", SYS_umount2);
    PLAIN("pivot_root", SYS_pivot_root);
    PLAIN("chroot", SYS_chroot);
    PLAIN("setns", SYS_setns);
    PLAIN("open_tree", 428);
    PLAIN("move_mount", 429);
    PLAIN("fsopen", 430);
    PLAIN("fsconfig", 431);
    PLAIN("fsmount", 432);
    PLAIN("fspick", 433);
    PLAIN("mount_setattr", 442);
    PLAIN("open_tree_attr", 467);
    PLAIN("swapon", SYS_swapon);
    PLAIN("swapoff", SYS_swapoff);
    probe("reboot", SYS_reboot, 0, 0, 0);
    PLAIN("quotactl", SYS_quotactl);
    PLAIN("quotactl_fd", 443);
    PLAIN("acct", SYS_acct);
    PLAIN("bpf", SYS_bpf);
    PLAIN("perf_event_open", SYS_perf_event_open);
    PLAIN("userfaultfd", SYS_userfaultfd);
    PLAIN("io_uring_setup", 425);
    PLAIN("io_uring_enter", 426);
    PLAIN("io_uring_register", 427);
    probe("keyctl", SYS_keyctl, 0, -3, 0);
    PLAIN("add_key", SYS_add_key);
    PLAIN("request_key", SYS_request_key);
    PLAIN("open_by_handle_at", SYS_open_by_handle_at);
    PLAIN("kexec_load", SYS_kexec_load);
#ifdef __x86_64__
    PLAIN("kexec_file_load", 320);
    probe("iopl", SYS_iopl, 0, 0, 0);
    probe("ioperm", SYS_ioperm, 0, 0, 0);
#else
    PLAIN("kexec_file_load", 294);
#endif
    PLAIN("init_module", SYS_init_module);
    PLAIN("finit_module", SYS_finit_module);
    PLAIN("delete_module", SYS_delete_module);
    probe("syslog", SYS_syslog, 10, 0, 0);
    PLAIN("vhangup", SYS_vhangup);
    PLAIN("settimeofday", SYS_settimeofday);
    PLAIN("clock_settime", SYS_clock_settime);
    PLAIN("clone3", 435);
    probe_fork("clone plain", 0);
    probe_fork("clone newuser", CLONE_NEWUSER);
    probe("unshare newuser", SYS_unshare, CLONE_NEWUSER, 0, 0);
    probe("unshare newuser high", SYS_unshare, CLONE_NEWUSER | FAR, 0, 0);
    probe("unshare files", SYS_unshare, CLONE_FILES, 0, 0);
    probe("personality query", SYS_personality, 0xffffffff, 0, 0);
    probe("personality linux", SYS_personality, 0, 0, 0);
    probe("personality norandomize", SYS_personality, ADDR_NO_RANDOMIZE, 0, 0);
    probe("personality readimplies", SYS_personality, READ_IMPLIES_EXEC, 0, 0);
    probe("personality other", SYS_personality, ADDR_NO_RANDOMIZE | READ_IMPLIES_EXEC, 0, 0);
    int terminal = open("/dev/ptmx", O_RDWR | O_NOCTTY);
    probe("ioctl tiocsti", SYS_ioctl, terminal, TIOCSTI, (long)"x");
    probe("ioctl tiocsti high", SYS_ioctl, terminal, (long)TIOCSTI | FAR, (long)"x");
    probe("ioctl tioclinux", SYS_ioctl, terminal, 0x541C, (long)"x");
    int size[2];
    probe("ioctl tiocgwinsz", SYS_ioctl, terminal, TIOCGWINSZ, (long)size);
    probe("socket unix", SYS_socket, AF_UNIX, SOCK_STREAM, 0);
    probe("socket inet", SYS_socket, AF_INET, SOCK_STREAM, 0);
    probe("socket inet6", SYS_socket, AF_INET6, SOCK_DGRAM, 0);
    probe("socket route", SYS_socket, 16, SOCK_RAW, 0);
    probe("socket netlink audit", SYS_socket, 16, SOCK_RAW, 9);
    probe("socket netlink netfilter", SYS_socket, 16, SOCK_RAW, 12);
    probe("socket vsock", SYS_socket, 40, SOCK_STREAM, 0);
    probe("socket alg", SYS_socket, 38, SOCK_SEQPACKET, 0);
    probe("socket packet", SYS_socket, 17, SOCK_RAW, 0);
    probe("socket xdp", SYS_socket, 44, SOCK_RAW, 0);
    probe("socket vsock high", SYS_socket, 40 | FAR, SOCK_STREAM, 0);
    int pair[2];
    probe("socketpair unix", SYS_socketpair, AF_UNIX, SOCK_STREAM, 0);
    probe("socketpair tipc", SYS_socketpair, 30, SOCK_SEQPACKET, 0);
    (void)pair;
#ifdef __x86_64__
    probe("x32 getpid", 0x40000000 | SYS_getpid, 0, 0, 0);
    long result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(20L) : "memory", "r8", "r9", "r10", "r11");
    printf("i386 getpid %d\n", result < 0 ? (int)-result : 0);
#endif
    probe("seccomp", SYS_seccomp, 2, 0, 0);
    /* Nothing is done to that process, whichever it is here. */
    probe("ptrace first", SYS_ptrace, 1 /* PEEKTEXT */, 1, 0);
    probe("process_vm_readv first", SYS_process_vm_readv, 1, 0, 0);
    probe("process_vm_writev first", SYS_process_vm_writev, 1, 0, 0);
    probe("process_vm_readv self", SYS_process_vm_readv, getpid(), 0, 0);
    probe("process_vm_writev self", SYS_process_vm_writev, getpid(), 0, 0);
    probe("prlimit64 first", SYS_prlimit64, 1, 0, -1);
    probe("prlimit64 first high", SYS_prlimit64, 1 | FAR, 0, -1);
    probe("prlimit64 self", SYS_prlimit64, getpid(), 0, 0);
    probe("prlimit64 zero", SYS_prlimit64, 0, 0, 0);
    PLAIN("pidfd_getfd", 438);
    probe("ptrace traceme", SYS_ptrace, 0, 0, 0);
    return 0;
}
