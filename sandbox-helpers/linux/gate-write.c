#include "gate-write.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "gate-answer.h"
#include "gate-caller.h"
#include "gate-path.h"
#include "gate-reach.h"
#include "gate-rpc.h"
#include "kernel-calls.h"

struct write_call {
    int dirfd;
    uint64_t path_address, flags, mode;
    bool is_relative;
    char path[CALLER_PATH_BYTES]; /* absolute, as the caller sees it, links in it not yet followed */
};

struct write_target {
    char path[CALLER_PATH_BYTES];
    const char *kind;
};

static bool read_call(const struct seccomp_notif *notice, pid_t tid, struct write_call *call) {
    const uint64_t *args = (const uint64_t *)notice->data.args;
    struct kernel_open_how how;
    *call = (struct write_call){.dirfd = AT_FDCWD};
    switch (notice->data.nr) {
#if defined(__x86_64__)
    case SYS_open:
        call->path_address = args[0];
        call->flags = (uint32_t)args[1];
        call->mode = args[2];
        break;
    case SYS_creat:
        call->path_address = args[0];
        call->flags = O_CREAT | O_WRONLY | O_TRUNC;
        call->mode = args[1];
        break;
#endif
    case SYS_openat:
        call->dirfd = (int)args[0];
        call->path_address = args[1];
        call->flags = (uint32_t)args[2];
        call->mode = args[3];
        break;
    case NR_OPENAT2:
        call->dirfd = (int)args[0];
        call->path_address = args[1];
        if (args[3] < sizeof how || !read_caller_bytes(tid, args[2], &how, sizeof how)) return false;
        call->flags = how.flags;
        call->mode = how.mode;
        break;
    default: return false;
    }
    return true;
}

static bool read_path(pid_t tid, struct write_call *call) {
    char given[PATH_MAX], directory[PATH_MAX];
    if (read_caller_string(tid, call->path_address, given, sizeof given) <= 0) return false;
    if (given[0] == '/') {
        snprintf(call->path, sizeof call->path, "%s", given);
        return true;
    }
    call->is_relative = true;
    if (!read_caller_directory(tid, call->dirfd, directory, sizeof directory)) return false;
    snprintf(call->path, sizeof call->path, "%s/%s", directory, given);
    return true;
}

static enum reach find_existing(int fd, const struct write_call *call, struct write_target *target) {
    struct stat status;
    if (fstat(fd, &status) != 0) return REACH_UNKNOWN;
    bool is_temporary = (call->flags & O_TMPFILE) == O_TMPFILE;
    if (S_ISDIR(status.st_mode) != is_temporary || !(S_ISREG(status.st_mode) || S_ISDIR(status.st_mode))) return REACH_UNKNOWN;
    if ((call->flags & O_CREAT) && (call->flags & O_EXCL) && !is_temporary) return REACH_UNKNOWN; /* fails with EEXIST whatever the mount */
    target->kind = is_temporary ? "dir" : "file";
    return read_fd_path(fd, target->path, sizeof target->path) ? judge_reach(fd, is_temporary ? W_OK | X_OK : W_OK) : REACH_UNKNOWN;
}

static enum reach find_missing(int root, struct write_call *call, struct write_target *target) {
    if (!(call->flags & O_CREAT)) return REACH_UNKNOWN;
    char *name = strrchr(call->path, '/') + 1;
    char parent_path[PATH_MAX], base[NAME_MAX + 1];
    if (!*name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || strlen(name) > NAME_MAX) return REACH_UNKNOWN;
    snprintf(base, sizeof base, "%s", name);
    /* A link that leads nowhere is not "missing": the kernel would create what it names. */
    int link = open_in_root(root, call->path, O_NOFOLLOW);
    if (link >= 0) {
        close(link);
        return REACH_UNKNOWN;
    }
    *name = 0;
    int parent = open_in_root(root, call->path, O_DIRECTORY);
    if (parent < 0) return REACH_UNKNOWN;
    enum reach reach = read_fd_path(parent, parent_path, sizeof parent_path) ? judge_reach(parent, W_OK | X_OK) : REACH_UNKNOWN;
    close(parent);
    if (reach == REACH_UNKNOWN) return REACH_UNKNOWN;
    target->kind = "missing";
    snprintf(target->path, sizeof target->path, "%s/%s", strcmp(parent_path, "/") == 0 ? "" : parent_path, base);
    return reach;
}

static enum reach find_target(pid_t tid, struct write_call *call, struct write_target *target) {
    uint64_t writing = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC;
    if (!(call->flags & writing) || (call->flags & O_PATH) || !read_path(tid, call)) return REACH_UNKNOWN;
    if (is_kernel_path(call->path)) return REACH_UNKNOWN;
    int root = open_caller_root(tid);
    if (root < 0) return REACH_UNKNOWN;
    bool is_literal = (call->flags & O_NOFOLLOW) || ((call->flags & O_CREAT) && (call->flags & O_EXCL));
    int fd = open_in_root(root, call->path, is_literal ? O_NOFOLLOW : 0);
    enum reach reach = REACH_UNKNOWN;
    if (fd >= 0) reach = find_existing(fd, call, target);
    else if (errno == ENOENT) reach = find_missing(root, call, target);
    if (fd >= 0) close(fd);
    close(root);
    return reach != REACH_UNKNOWN && is_kernel_path(target->path) ? REACH_UNKNOWN : reach;
}

/*
 * Tells of a read that ordinary permission or a cover refuses: which of the two, the engine knows. Reads are never held.
 * What is not there is no refusal.
 */
static void report_read(pid_t tid, struct write_call *call) {
    if (!read_path(tid, call) || is_kernel_path(call->path)) return;
    int root = open_caller_root(tid);
    if (root < 0) return;
    int fd = open_in_root(root, call->path, call->flags & O_NOFOLLOW ? O_NOFOLLOW : 0);
    bool is_refused = fd < 0 ? errno == EACCES : syscall(NR_FACCESSAT2, fd, "", R_OK, AT_EMPTY_PATH | AT_EACCESS) != 0 && errno == EACCES;
    char path[CALLER_PATH_BYTES];
    bool is_named = fd >= 0 && read_fd_path(fd, path, sizeof path);
    if (is_refused) report_denied(tid, "read", "path", is_named ? path : call->path);
    if (fd >= 0) close(fd);
    close(root);
}

static bool is_read(const struct write_call *call) {
    return (call->flags & O_ACCMODE) != O_WRONLY && !(call->flags & (O_CREAT | O_TRUNC | O_PATH));
}

static struct held_open describe_open(const struct write_call *call, char *path) {
    return (struct held_open){.path = path, .dirfd = call->dirfd, .is_relative = call->is_relative, .flags = call->flags, .mode = call->mode};
}

static void ask_engine(const struct caller *caller, const struct write_call *call, const struct write_target *target) {
    struct held_open open = describe_open(call, strdup(target->path));
    uint64_t slot = open.path ? hold_call(caller, HELD_WRITE, &(struct held_detail){.open = open}) : 0;
    if (!slot) {
        free(open.path);
        answer_error(caller->id, EROFS);
        close(caller->pidfd);
        return;
    }
    struct json_line line;
    json_begin(&line, "write");
    json_tell_lossy(&line);
    json_number(&line, "slot", (long long)slot);
    json_number(&line, "pid", caller->tgid);
    json_string(&line, "path", target->path);
    json_string(&line, "kind", target->kind);
    add_caller(&line, caller->tid);
    if (is_held(caller->id)) send_line(&line);
    else json_free(&line);
}

/* For a caller whose directory was overtaken by a grant; see gate-open.h. */
static void pass_write(const struct seccomp_notif *notice, const struct write_call *call, struct write_target *target) {
    struct caller caller = {.id = notice->id, .tid = (pid_t)notice->pid};
    struct held_open open = describe_open(call, target->path);
    if (!open_for_caller(&caller, &open)) let_pass(notice->id);
}

void serve_write(const struct seccomp_notif *notice) {
    static struct write_call call;
    static struct write_target target;
    pid_t tid = (pid_t)notice->pid;
    bool is_judged = tid > 0 && gate.write_mode != WRITES_PASS && read_call(notice, tid, &call);
    enum reach reach = is_judged ? find_target(tid, &call, &target) : REACH_UNKNOWN;
    /* Letting a call pass is safe here: the mount decides again when it goes on. */
    if (reach != REACH_UNKNOWN && !is_held(notice->id)) return;
    if (reach == REACH_UNKNOWN) {
        if (gate.gates_reads && is_judged && is_read(&call)) report_read(tid, &call);
        let_pass(notice->id);
        return;
    }
    if (reach == REACH_WRITABLE) {
        pass_write(notice, &call, &target);
        return;
    }
    struct caller caller;
    if (settle_stopped(notice, &caller, "write", target.path) == 'a') ask_engine(&caller, &call, &target);
}
