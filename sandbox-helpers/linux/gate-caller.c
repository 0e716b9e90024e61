#include "gate-caller.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

#include "kernel-calls.h"

#define PAGE_BYTES 4096

bool is_held(uint64_t id) {
    return ioctl(gate.listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0;
}

static bool read_status(struct caller *caller) {
    char path[64], text[4096];
    snprintf(path, sizeof path, "/proc/%d/status", (int)caller->tid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    ssize_t length = read(fd, text, sizeof text - 1);
    close(fd);
    if (length <= 0) return false;
    text[length] = 0;
    const char *group = strstr(text, "\nTgid:"), *count = strstr(text, "\nThreads:");
    const char *parent = strstr(text, "\nPPid:"), *tracer = strstr(text, "\nTracerPid:");
    if (!group || !count || !parent || !tracer) return false;
    caller->tgid = atoi(group + 6);
    caller->threads = atoi(count + 9);
    caller->parent = atoi(parent + 6);
    caller->tracer = atoi(tracer + 11);
    return caller->tgid > 0;
}

bool open_caller(const struct seccomp_notif *notice, struct caller *caller) {
    *caller = (struct caller){.id = notice->id, .tid = (pid_t)notice->pid, .pidfd = -1};
    if (caller->tid <= 0 || !read_status(caller)) return false;
    caller->pidfd = call_pidfd_open(caller->tgid);
    /* The number may have been reused until here; a call that is still held proves that it was not. */
    if (caller->pidfd >= 0 && is_held(caller->id)) return true;
    if (caller->pidfd >= 0) close(caller->pidfd);
    caller->pidfd = -1;
    return false;
}

bool read_caller_bytes(pid_t tid, uint64_t address, void *buffer, size_t size) {
    struct iovec here = {buffer, size}, there = {(void *)(uintptr_t)address, size};
    ssize_t count = process_vm_readv(tid, &here, 1, &there, 1, 0);
    if (count >= 0 && (size_t)count != size) errno = EFAULT;
    return count >= 0 && (size_t)count == size;
}

long read_caller_string(pid_t tid, uint64_t address, char *buffer, size_t size) {
    size_t done = 0;
    while (done < size) {
        size_t step = PAGE_BYTES - (address + done) % PAGE_BYTES;
        if (step > size - done) step = size - done;
        if (!read_caller_bytes(tid, address + done, buffer + done, step)) return -1;
        char *end = memchr(buffer + done, 0, step);
        if (end) return end - buffer;
        done += step;
    }
    errno = ENAMETOOLONG;
    return -1;
}

bool read_caller_link(pid_t tid, const char *name, char *buffer, size_t size) {
    char path[96];
    snprintf(path, sizeof path, "/proc/%d/%s", (int)tid, name);
    ssize_t length = readlink(path, buffer, size - 1);
    if (length < 0 || (size_t)length >= size - 1) return false;
    buffer[length] = 0;
    return true;
}
