#include "gate-rights.h"

#include <linux/capability.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../common/fail.h"

void drop_rights(void) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct sets[2];
    if (syscall(SYS_capget, &header, sets) != 0) fail("capabilities");
    uint32_t kept = 1u << CAP_SYS_PTRACE | 1u << CAP_KILL | 1u << CAP_SYS_NICE;
    for (int i = 0; i < 2; i++) {
        uint32_t mask = i == 0 ? kept : 0;
        sets[i].permitted &= mask;
        sets[i].effective &= mask;
        sets[i].inheritable = 0;
    }
    if (syscall(SYS_capset, &header, sets) != 0) fail("capabilities");
}
