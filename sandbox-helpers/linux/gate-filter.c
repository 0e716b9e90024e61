#include "gate-filter.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../common/fail.h"
#include "gate-calls.h"
#include "gate-pass.h"

#if defined(__x86_64__)
#define NATIVE_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define NATIVE_ARCH AUDIT_ARCH_AARCH64
#else
#error "only x86-64 and arm64 are supported"
#endif

#define X32_BIT 0x40000000u
#define WAIT_KILLABLE_FLAG (1u << 5)
#define NR_OPENAT2_CALL 437
#define WRITING_FLAGS (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)

static struct sock_filter program[192];
static unsigned short length;

static void add(uint16_t code, uint32_t k, uint8_t when_true, uint8_t when_false) {
    if (length == sizeof program / sizeof program[0]) fail_because("filter", "too long");
    program[length++] = (struct sock_filter){code, when_true, when_false, k};
}

static void load(uint32_t offset) {
    add(BPF_LD | BPF_W | BPF_ABS, offset, 0, 0);
}

static void notify_always(unsigned call) {
    add(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1);
    add(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF, 0, 0);
}

/* Flags are ints: the low half of the argument is what the kernel reads (both machines are little-endian). */
static void notify_when_writing(unsigned call, unsigned flags_argument) {
    add(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 4);
    load((uint32_t)(offsetof(struct seccomp_data, args) + flags_argument * sizeof(uint64_t)));
    add(BPF_JMP | BPF_JSET | BPF_K, WRITING_FLAGS, 0, 1);
    add(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF, 0, 0);
    add(BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
}

/* With no path the call is about a descriptor, and what that may do was decided when it was opened. */
static void notify_when_named(unsigned call, unsigned path_argument) {
    uint32_t low = (uint32_t)(offsetof(struct seccomp_data, args) + path_argument * sizeof(uint64_t));
    add(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 6);
    load(low);
    add(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 2);
    load(low + (uint32_t)sizeof(uint32_t));
    add(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0);
    add(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF, 0, 0);
    add(BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
}

static void notify_changes(void) {
    const struct call_shape *shape;
    for (size_t i = 0; (shape = call_shape_at(i)); i++) {
        if (shape->op == CHANGE_TIMES) notify_when_named((unsigned)shape->call, shape->path - 1u);
        else notify_always((unsigned)shape->call);
    }
    notify_always(SYS_connect);
}

static void build(char mode) {
    load(offsetof(struct seccomp_data, arch));
    /* Another machine's numbers mean other calls: a 32-bit execve must not slip past. */
    add(BPF_JMP | BPF_JEQ | BPF_K, NATIVE_ARCH, 1, 0);
    add(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS, 0, 0);
    load(offsetof(struct seccomp_data, nr));
#if defined(__x86_64__)
    add(BPF_JMP | BPF_JGE | BPF_K, X32_BIT, 0, 1);
    add(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS, 0, 0);
#endif
    notify_always(SYS_execve);
    notify_always(SYS_execveat);
    if (mode == MODE_ALL_AND_READ) {
#if defined(__x86_64__)
        notify_always(SYS_open);
#endif
        notify_always(SYS_openat);
    }
    if (mode != MODE_EXEC) {
#if defined(__x86_64__)
        notify_always(SYS_creat);
        notify_when_writing(SYS_open, 1);
#endif
        notify_when_writing(SYS_openat, 2);
        notify_always(NR_OPENAT2_CALL); /* its flags lie in memory */
        notify_changes();
    }
    /* The gate tells programs apart by fields a process could rewrite with PR_SET_MM. */
    add(BPF_JMP | BPF_JEQ | BPF_K, SYS_prctl, 0, 3);
    load(offsetof(struct seccomp_data, args));
    add(BPF_JMP | BPF_JEQ | BPF_K, PR_SET_MM, 0, 1);
    add(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM, 0, 0);
    add(BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
}

int install_notify_filter(char mode, bool *holds_until_killed) {
    build(mode);
    struct sock_fprog filter = {length, program};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -1;
    *holds_until_killed = true;
    unsigned flags = SECCOMP_FILTER_FLAG_NEW_LISTENER | WAIT_KILLABLE_FLAG;
    int fd = (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &filter);
    if (fd >= 0 || errno != EINVAL) return fd;
    *holds_until_killed = false;
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &filter);
}
