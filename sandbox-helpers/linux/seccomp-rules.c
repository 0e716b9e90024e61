/*
 * Prints the wall's system call filter, a binary struct sock_filter[], for `bwrap --seccomp`; for
 * this machine, or for the one that is named (x86_64, aarch64).
 *
 * Promises: inside the sandbox the calls below answer EPERM (clone3 ENOSYS, so that C libraries
 * fall back to clone, whose flags a filter can read). They are the calls that reach past the
 * namespaces: mounting, new user namespaces, keyrings (not namespaced), kernel modules, clocks,
 * pushing characters into a terminal, socket families without a network namespace. And
 * pidfd_getfd: the namespace's first process holds the descriptor by which it says how the launch
 * ended, and which process a pidfd means is nothing that a filter can read.
 * Does not promise to stop ptrace or process_vm_*: the pid namespace and the missing
 * capabilities bound them, and debuggers need them. Only the namespace's first process is spared,
 * from changes of its limits too: who stops that one keeps the sandbox from ending. seccomp(2)
 * stays open: the exec gate and other sandboxes stack filters, which can only take away.
 * Without it: a command that is root inside could undo the mounts that protect paths, and any
 * command could type into the terminal it was started from, or end its launch with any status.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/socket.h>

#include "../common/fail.h"

#if defined(__x86_64__)
#define NATIVE "x86_64"
#elif defined(__aarch64__)
#define NATIVE "aarch64"
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

#define NOT_THERE (-1)

/* The numbers of a call on each machine: those of the other one are in no header here. */
struct call {
    int x86_64, aarch64;
};

/* From 424 up the numbers are common to all machines. */
#define COMMON(number) {number, number}

/* Calls that are refused whatever their arguments. */
static const struct call refused_calls[] = {
    {165, 40} /* mount */, {166, 39} /* umount2 */, {155, 41} /* pivot_root */, {161, 51} /* chroot */, {308, 268} /* setns */,
    COMMON(428) /* open_tree */, COMMON(429) /* move_mount */, COMMON(430) /* fsopen */, COMMON(431) /* fsconfig */,
    COMMON(432) /* fsmount */, COMMON(433) /* fspick */, COMMON(442) /* mount_setattr */, COMMON(467) /* open_tree_attr */,
    {167, 224} /* swapon */, {168, 225} /* swapoff */, {169, 142} /* reboot */, {179, 60} /* quotactl */,
    COMMON(443) /* quotactl_fd */, {163, 89} /* acct */,
    {321, 280} /* bpf */, {298, 241} /* perf_event_open */, {323, 282} /* userfaultfd */,
    COMMON(425) /* io_uring_setup */, COMMON(426) /* io_uring_enter */, COMMON(427) /* io_uring_register */,
    {250, 219} /* keyctl */, {248, 217} /* add_key */, {249, 218} /* request_key */, {304, 265} /* open_by_handle_at */,
    {246, 104} /* kexec_load */, {320, 294} /* kexec_file_load */, {172, NOT_THERE} /* iopl */, {173, NOT_THERE} /* ioperm */,
    {175, 105} /* init_module */, {313, 273} /* finit_module */, {176, 106} /* delete_module */,
    {103, 116} /* syslog */, {153, 58} /* vhangup */, {164, 170} /* settimeofday */, {227, 112} /* clock_settime */,
    COMMON(438) /* pidfd_getfd */,
};

/* Calls that are judged by their arguments. */
static const struct call clone_call = {56, 220}, clone3_call = COMMON(435), unshare_call = {272, 97}, personality_call = {135, 92};
static const struct call ptrace_call = {101, 117}, readv_call = {310, 270}, writev_call = {311, 271}, prlimit_call = {302, 261};
static const struct call ioctl_call = {16, 29}, socket_call = {41, 198}, socketpair_call = {53, 199};

static bool is_for_x86;

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

/* Skips the next `count` instructions unless it is this call. */
static void only_call(struct call call, uint8_t count) {
    only_when((uint32_t)(is_for_x86 ? call.x86_64 : call.aarch64), count);
}

static void refuse_other_machines(void) {
    load(offsetof(struct seccomp_data, arch));
    add(BPF_JMP | BPF_JEQ | BPF_K, is_for_x86 ? AUDIT_ARCH_X86_64 : AUDIT_ARCH_AARCH64, 1, 0);
    refuse();
    load(offsetof(struct seccomp_data, nr));
    if (!is_for_x86) return;
    add(BPF_JMP | BPF_JGE | BPF_K, X32_BIT, 0, 1);
    refuse();
}

static void refuse_calls(void) {
    for (size_t i = 0; i < sizeof refused_calls / sizeof refused_calls[0]; i++) {
        if (!is_for_x86 && refused_calls[i].aarch64 == NOT_THERE) continue;
        only_call(refused_calls[i], 1);
        refuse();
    }
}

static void refuse_new_user_namespaces(struct call call) {
    only_call(call, 4);
    load_argument(0);
    add(BPF_JMP | BPF_JSET | BPF_K, CLONE_NEWUSER, 0, 1);
    refuse();
    answer(SECCOMP_RET_ALLOW);
}

static void limit_personality(void) {
    only_call(personality_call, 6);
    load_argument(0);
    add(BPF_JMP | BPF_JEQ | BPF_K, PER_LINUX, 3, 0);
    add(BPF_JMP | BPF_JEQ | BPF_K, ADDR_NO_RANDOMIZE, 2, 0);
    add(BPF_JMP | BPF_JEQ | BPF_K, PERSONALITY_QUERY, 1, 0);
    refuse();
    answer(SECCOMP_RET_ALLOW);
}

static void limit_ioctl(void) {
    only_call(ioctl_call, 5);
    load_argument(1);
    add(BPF_JMP | BPF_JEQ | BPF_K, TIOCSTI, 1, 0);
    add(BPF_JMP | BPF_JEQ | BPF_K, TIOCLINUX, 0, 1);
    refuse();
    answer(SECCOMP_RET_ALLOW);
}

/* vsock, packet, crypto and the like have no namespace or a wide kernel surface. */
static void limit_sockets(struct call call) {
    only_call(call, 9);
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

static void spare_first_process(struct call call, unsigned pid_argument) {
    only_call(call, 4);
    load_argument(pid_argument);
    add(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 1);
    refuse();
    answer(SECCOMP_RET_ALLOW);
}

int main(int argc, char **argv) {
    helper_name = "seccomp-rules";
    const char *machine = argc > 1 ? argv[1] : NATIVE;
    is_for_x86 = strcmp(machine, "x86_64") == 0;
    if (!is_for_x86 && strcmp(machine, "aarch64") != 0) fail_because("arguments", "x86_64 or aarch64");
    refuse_other_machines();
    refuse_calls();
    only_call(clone3_call, 1);
    answer(SECCOMP_RET_ERRNO | ENOSYS);
    refuse_new_user_namespaces(clone_call);
    refuse_new_user_namespaces(unshare_call);
    limit_personality();
    spare_first_process(ptrace_call, 1);
    spare_first_process(readv_call, 0);
    spare_first_process(writev_call, 0);
    spare_first_process(prlimit_call, 0);
    limit_ioctl();
    limit_sockets(socket_call);
    limit_sockets(socketpair_call);
    answer(SECCOMP_RET_ALLOW);
    if (fwrite(program, sizeof program[0], length, stdout) != length || fflush(stdout) != 0) fail("write");
    return 0;
}
