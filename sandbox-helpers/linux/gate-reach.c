#include "gate-reach.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../common/exit-codes.h"
#include "gate-answer.h"
#include "gate-caller.h"
#include "gate-rpc.h"
#include "kernel-calls.h"

#define CALLER_WORDS_MAX 32
#define CALLER_BYTES_MAX 4096
#define MOUNT_ID_MASK 0x1000u

bool is_kernel_path(const char *path) {
    static const char *const roots[] = {"/proc", "/sys", "/dev"};
    for (size_t i = 0; i < sizeof roots / sizeof roots[0]; i++) {
        size_t length = strlen(roots[i]);
        if (strncmp(path, roots[i], length) == 0 && (path[length] == '/' || !path[length])) return true;
    }
    return false;
}

bool is_read_only_mount(int fd) {
    struct statvfs mount;
    return fstatvfs(fd, &mount) == 0 && (mount.f_flag & ST_RDONLY);
}

enum reach judge_reach(int fd, int access_mode) {
    struct statvfs mount;
    if (fstatvfs(fd, &mount) != 0) return REACH_UNKNOWN;
    if (!(mount.f_flag & ST_RDONLY)) return REACH_WRITABLE;
    bool is_stopped = syscall(NR_FACCESSAT2, fd, "", access_mode, AT_EMPTY_PATH | AT_EACCESS) != 0 && errno == EROFS;
    return is_stopped ? REACH_STOPPED : REACH_UNKNOWN;
}

uint64_t read_mount_id(int fd) {
    struct {
        uint32_t head[36];
        uint64_t mount_id;
        uint64_t rest[13];
    } status = {0};
    return syscall(SYS_statx, fd, "", AT_EMPTY_PATH, MOUNT_ID_MASK, &status) == 0 ? status.mount_id : 0;
}

void add_caller(struct json_line *line, pid_t tid) {
    char path[64], text[CALLER_BYTES_MAX], cwd[PATH_MAX], program[PATH_MAX];
    snprintf(path, sizeof path, "/proc/%d/cmdline", (int)tid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? 0 : read(fd, text, sizeof text);
    if (fd >= 0) close(fd);
    json_open(line, "argv", '[');
    int words = 0;
    for (ssize_t at = 0; at < length && words < CALLER_WORDS_MAX; words++) {
        size_t size = strnlen(text + at, (size_t)(length - at));
        json_item(line, text + at, size);
        at += (ssize_t)size + 1;
    }
    json_shut(line, ']');
    json_string(line, "cwd", read_caller_link(tid, "cwd", cwd, sizeof cwd) ? cwd : "");
    /* The words are what the program says of itself, in memory that it may write; this is not. */
    if (read_caller_link(tid, "exe", program, sizeof program)) json_string(line, "program", program);
}

void report_denied(pid_t pid, const char *op, const char *key, const char *what) {
    struct json_line line;
    json_begin(&line, "denied");
    json_number(&line, "pid", pid);
    json_string(&line, "op", op);
    json_string(&line, key, what);
    send_droppable_line(&line);
}

char settle_stopped(const struct seccomp_notif *notice, struct caller *caller, const char *op, const char *path) {
    if (!open_caller(notice, caller)) {
        answer_error(notice->id, EROFS);
        return 'x';
    }
    char done = 'a';
    if (gate.is_refusing) {
        refuse_call(caller, HELD_WRITE, ENGINE_GONE_MESSAGE);
        done = 'x';
    } else if (gate.write_mode == WRITES_REPORT) {
        report_denied(caller->tgid, op, "path", path);
        let_pass(caller->id);
        done = 'r';
    }
    if (done != 'a') close(caller->pidfd);
    return done;
}
