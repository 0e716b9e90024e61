/*
 * Prints the wall's system call filter, a binary struct sock_filter[], for `bwrap --seccomp`.
 *
 * Promises: inside the sandbox the calls below answer EPERM (clone3 ENOSYS, so that C libraries
 * fall back to clone, whose flags a filter can read). They are the calls that reach past the
 * namespaces: mounting, new user namespaces, keyrings (not namespaced), kernel modules, clocks,
 * pushing characters into a terminal, socket families without a network namespace.
 * Does not promise to stop ptrace or process_vm_*: the pid namespace and the missing
 * capabilities bound them, and debuggers need them. Only the namespace's first process is spared:
 * who stops that one keeps the sandbox from ending. seccomp(2) stays open: the exec gate and
 * other sandboxes stack filters, which can only take away.
 * Without it: a command that is root inside could undo the mounts that protect paths, and any
 * command could type into the terminal it was started from.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "../common/fail.h"

#if defined(__x86_64__)
#define NATIVE_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define NATIVE_ARCH AUDIT_ARCH_AARCH64
#endif

#define X32_BIT 0x40000000u
#define PERSONALITY_QUERY 0xffffffffu
#ifndef CLONE_NEWUSER
#define CLONE_NEWUSER 0x10000000
#endif
#ifndef AF_NETLINK
#define AF_NETLINK 16
#endif
#define NETLINK_ROUTE_PROTOCOL 0
#ifndef TIOCLINUX
#define TIOCLINUX 0x541C
#endif

/* Calls that are refused whatever their arguments. Numbers from 424 up are common to both machines. */
static const unsigned refused_calls[] = {
    SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot, SYS_setns,
    428 /* open_tree */, 429 /* move_mount */, 430 /* fsopen */, 431 /* fsconfig */, 432 /* fsmount */,
    433 /* fspick */, 442 /* mount_setattr */, 467 /* open_tree_attr */,
    SYS_swapon, SYS_swapoff, SYS_reboot, SYS_quotactl, 443 /* quotactl_fd */, SYS_acct,
    SYS_bpf, SYS_perf_event_open, SYS_userfaultfd,
    425 /* io_uring_setup */, 426 /* io_uring_enter */, 427 /* io_uring_register */,
    SYS_keyctl, SYS_add_key, SYS_request_key, SYS_open_by_handle_at,
    SYS_kexec_load,
#if defined(__x86_64__)
    320 /* kexec_file_load */, SYS_iopl, SYS_ioperm,
#else
    294 /* kexec_file_load */,
#endif
    SYS_init_module, SYS_finit_module, SYS_delete_module, SYS_syslog, SYS_vhangup, SYS_settimeofday, SYS_clock_settime,
};

static struct sock_filter program[512];
static unsigned short length;

static void add(uint16_t code, uint32_t k, uint8_t when_true, uint8_t when_false) {
    if (length == sizeof program / sizeof program[0]) fail_because("filter", "too long");
    program[length++] = (struct sock_filter){code, when_true, when_false, k};
}

static void answer(uint32_t value) {
    add(BPF_RET | BPF_K, value, 0, 0);
}

static void refuse(void) {
    answer(SECCOMP_RET_ERRNO | EPERM);
}

/* Skips the next `count` instructions unless the loaded word is `value`. */
static void only_when(uint32_t value, uint8_t count) {
    add(BPF_JMP | BPF_JEQ | BPF_K, value, 0, count);
}

static void load(uint32_t offset) {
    add(BPF_LD | BPF_W | BPF_ABS, offset, 0, 0);
}

/*
 * Only the low 32 bits of an argument: the kernel reads int arguments that way, and a filter
 * that compares all 64 is walked round with garbage in the high half (CVE-2019-10063).
 */
static void load_argument(unsigned index) {
    load((uint32_t)(offsetof(struct seccomp_data, args) + index * sizeof(uint64_t)));
}

static void refuse_other_machines(void) {
    load(offsetof(struct seccomp_data, arch));
    add(BPF_JMP | BPF_JEQ | BPF_K, NATIVE_ARCH, 1, 0);
    refuse();
    load(offsetof(struct seccomp_data, nr));
#if defined(__x86_64__)
    add(BPF_JMP | BPF_JGE | BPF_K, X32_BIT, 0, 1);
    refuse();
#endif
}

static void refuse_new_user_namespaces(unsigned call) {
    only_when(call, 4);
    load_argument(0);
    add(BPF_JMP | BPF_JSET | BPF_K, CLONE_NEWUSER, 0, 1);
    refuse();
    answer(SECCOMP_RET_ALLOW);
}

static void limit_personality(void) {
    only_when(SYS_personality, 6);
    load_argument(0);
    add(BPF_JMP | BPF_JEQ | BPF_K, PER_LINUX, 3, 0);
    add(BPF_JMP | BPF_JEQ | BPF_K, ADDR_NO_RANDOMIZE, 2, 0);
    add(BPF_JMP | BPF_JEQ | BPF_K, PERSONALITY_QUERY, 1, 0);
    refuse();
    answer(SECCOMP_RET_ALLOW);
}

static void limit_ioctl(void) {
    only_when(SYS_ioctl, 5);
    load_argument(1);
    add(BPF_JMP | BPF_JEQ | BPF_K, TIOCSTI, 1, 0);
    add(BPF_JMP | BPF_JEQ | BPF_K, TIOCLINUX, 0, 1);
    refuse();
    answer(SECCOMP_RET_ALLOW);
}

/* vsock, packet, crypto and the like have no namespace or a wide kernel surface. */
static void limit_sockets(unsigned call) {
    only_when(call, 9);
    load_argument(0);
    add(BPF_JMP | BPF_JEQ | BPF_K, AF_UNIX, 6, 0);
    add(BPF_JMP | BPF_JEQ | BPF_K, AF_INET, 5, 0);
    add(BPF_JMP | BPF_JEQ | BPF_K, AF_INET6, 4, 0);
    add(BPF_JMP | BPF_JEQ | BPF_K, AF_NETLINK, 0, 2);
    load_argument(2);
    add(BPF_JMP | BPF_JEQ | BPF_K, NETLINK_ROUTE_PROTOCOL, 1, 0);
    refuse();
    answer(SECCOMP_RET_ALLOW);
}

static void spare_first_process(unsigned call, unsigned pid_argument) {
    only_when(call, 4);
    load_argument(pid_argument);
    add(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 1);
    refuse();
    answer(SECCOMP_RET_ALLOW);
}

int main(void) {
    helper_name = "seccomp-rules";
    refuse_other_machines();
    for (size_t i = 0; i < sizeof refused_calls / sizeof refused_calls[0]; i++) {
        only_when(refused_calls[i], 1);
        refuse();
    }
    only_when(435 /* clone3 */, 1);
    answer(SECCOMP_RET_ERRNO | ENOSYS);
    refuse_new_user_namespaces(SYS_clone);
    refuse_new_user_namespaces(SYS_unshare);
    limit_personality();
    spare_first_process(SYS_ptrace, 1);
    spare_first_process(SYS_process_vm_writev, 0);
    limit_ioctl();
    limit_sockets(SYS_socket);
    limit_sockets(SYS_socketpair);
    answer(SECCOMP_RET_ALLOW);
    if (fwrite(program, sizeof program[0], length, stdout) != length || fflush(stdout) != 0) fail("write");
    return 0;
}
