#include "gate-exec.h"

#include <sys/epoll.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../common/exit-codes.h"
#include "gate-answer.h"
#include "gate-caller.h"
#include "gate-capture.h"
#include "gate-image.h"
#include "gate-path.h"
#include "gate-refusals.h"
#include "gate-rpc.h"

#define ASK_PATH "/run/sallyport/ask"
#define ARGV_BYTES_MAX (64 * 1024)
#define ARGV_WORDS_MAX 1024
#define SHEBANG_BYTES_MAX 255

struct exec_call {
    uint64_t path_address, argv_address;
    int dirfd, flags;
    char path[CALLER_PATH_BYTES]; /* as given; made absolute for execveat with a directory */
    bool is_by_fd;
};

enum found_program { PROGRAM_RUNNABLE, PROGRAM_MISSING, PROGRAM_UNKNOWN, PROGRAM_IS_ASK };

static bool read_path(const struct seccomp_notif *notice, const struct caller *caller, struct exec_call *call) {
    bool is_at = notice->data.nr == SYS_execveat;
    call->path_address = notice->data.args[is_at ? 1 : 0];
    call->argv_address = notice->data.args[is_at ? 2 : 1];
    call->dirfd = is_at ? (int)notice->data.args[0] : AT_FDCWD;
    call->flags = is_at ? (int)notice->data.args[4] : 0;
    char given[PATH_MAX], directory[PATH_MAX];
    if (read_caller_string(caller->tid, call->path_address, given, sizeof given) < 0) return false;
    call->is_by_fd = !given[0] && (call->flags & AT_EMPTY_PATH);
    if (call->is_by_fd) {
        char name[32];
        snprintf(name, sizeof name, "fd/%d", call->dirfd);
        return read_caller_link(caller->tid, name, call->path, sizeof call->path) || (errno = EBADF, false);
    }
    if (given[0] != '/' && call->dirfd != AT_FDCWD && read_caller_directory(caller->tid, call->dirfd, directory, sizeof directory))
        snprintf(call->path, sizeof call->path, "%s/%s", directory, given);
    else
        snprintf(call->path, sizeof call->path, "%s", given);
    return true;
}

/* The interpreter line of a script, without its "#!" and newline; empty for anything else. */
static void read_shebang(int fd, char *shebang) {
    char path[64], text[SHEBANG_BYTES_MAX + 2];
    shebang[0] = 0;
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    int file = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (file < 0) return;
    ssize_t length = read(file, text, sizeof text);
    close(file);
    if (length < 2 || text[0] != '#' || text[1] != '!') return;
    size_t size = 0;
    const char *line = text + 2;
    while (size < (size_t)length - 2 && line[size] && line[size] != '\n') size++;
    while (size && (*line == ' ' || *line == '\t')) line++, size--;
    while (size && (line[size - 1] == ' ' || line[size - 1] == '\t' || line[size - 1] == '\r')) size--;
    memcpy(shebang, line, size);
    shebang[size] = 0;
}

static enum found_program look_at(int fd, const char *path, char *shebang) {
    struct stat status;
    struct statvfs mount;
    if (fstat(fd, &status) != 0) return PROGRAM_UNKNOWN;
    if (!S_ISREG(status.st_mode) || !(status.st_mode & 0111)) return PROGRAM_MISSING;
    char lies_at[PATH_MAX];
    if (strcmp(path, ASK_PATH) == 0 && read_fd_path(fd, lies_at, sizeof lies_at) && strcmp(lies_at, ASK_PATH) == 0 &&
        fstatvfs(fd, &mount) == 0 && (mount.f_flag & ST_RDONLY))
        return PROGRAM_IS_ASK;
    read_shebang(fd, shebang);
    return PROGRAM_RUNNABLE;
}

/* Shells and execvp try one directory of PATH after the other: what is not there is not worth a question. */
static enum found_program find_program(const struct caller *caller, const struct exec_call *call, char *shebang) {
    char directory[PATH_MAX], path[CALLER_PATH_BYTES];
    if (call->is_by_fd) return PROGRAM_UNKNOWN;
    if (!call->path[0]) return PROGRAM_MISSING;
    int length;
    if (call->path[0] == '/') length = snprintf(path, sizeof path, "%s", call->path);
    else if (read_caller_directory(caller->tid, call->dirfd, directory, sizeof directory)) length = snprintf(path, sizeof path, "%s/%s", directory, call->path);
    else return PROGRAM_UNKNOWN;
    if (length < 0 || (size_t)length >= sizeof path) return PROGRAM_UNKNOWN;
    int root = open_caller_root(caller->tid);
    if (root < 0) return PROGRAM_UNKNOWN;
    int fd = open_in_root(root, path, 0);
    enum found_program found = fd >= 0 ? look_at(fd, call->path, shebang) : is_surely_missing(root, path) ? PROGRAM_MISSING : PROGRAM_UNKNOWN;
    if (fd >= 0) close(fd);
    close(root);
    return found;
}

/* Adds argv, at most 1024 words and 64 KB; true when something was left out. */
static bool add_argv(struct json_line *line, pid_t tid, uint64_t address, uint64_t *fingerprint) {
    static char words[ARGV_BYTES_MAX];
    size_t used = 0;
    bool is_truncated = false;
    json_open(line, "argv", '[');
    for (int i = 0; address; i++) {
        uint64_t word;
        if (i == ARGV_WORDS_MAX || !read_caller_bytes(tid, address + (uint64_t)i * sizeof word, &word, sizeof word)) {
            is_truncated = true;
            break;
        }
        if (!word) break;
        errno = 0;
        long length = read_caller_string(tid, word, words + used, sizeof words - used);
        if (length < 0) {
            is_truncated = true;
            if (errno == ENAMETOOLONG && used < sizeof words) json_item(line, words + used, sizeof words - used);
            break;
        }
        json_item(line, words + used, (size_t)length);
        used += (size_t)length + 1;
    }
    *fingerprint = add_to_fingerprint(*fingerprint, words, used);
    json_shut(line, ']');
    return is_truncated;
}

/* Everything about the question but its slot. */
static void describe_exec(struct json_line *line, struct caller *caller, const struct exec_call *call, const char *shebang) {
    char cwd[PATH_MAX];
    json_begin(line, "exec");
    json_tell_lossy(line);
    json_number(line, "pid", caller->tgid);
    json_string(line, "path", call->path);
    bool is_truncated = add_argv(line, caller->tid, call->argv_address, &caller->fingerprint);
    const char *name = strrchr(call->path, '/');
    name = name ? name + 1 : call->path;
    caller->fingerprint = add_to_fingerprint(caller->fingerprint, name, strlen(name));
    json_string(line, "cwd", read_caller_link(caller->tid, "cwd", cwd, sizeof cwd) ? cwd : "");
    if (shebang[0]) json_string(line, "shebang", shebang);
    json_number(line, "threads", caller->threads);
    json_bool(line, "truncated", is_truncated);
}

static void ask_engine(struct caller *caller, const struct exec_call *call, const char *shebang) {
    struct json_line line;
    describe_exec(&line, caller, call, shebang);
    /* What was read may be another process's when the call is not held any more. */
    uint64_t slot = 0;
    if (!is_held(caller->id)) errno = ESRCH;
    else if (was_refused(caller->fingerprint)) errno = EPERM;
    else if (!(slot = hold_call(caller, HELD_EXEC, NULL))) errno = EAGAIN;
    if (!slot) {
        answer_error(caller->id, errno);
        close(caller->pidfd);
        json_free(&line);
        return;
    }
    json_number(&line, "slot", (long long)slot);
    send_line(&line);
}

/* The inner half's own execve: the first that arrives. */
static void pass_root(const struct caller *caller) {
    gate.root = caller->tgid;
    gate.root_fd = fcntl(caller->pidfd, F_DUPFD_CLOEXEC, 3);
    if (gate.root_fd >= 0) watch_fd(gate.root_fd, EPOLLIN, EVENT_ROOT, 0);
    struct json_line line;
    json_begin(&line, "root");
    json_number(&line, "pid", caller->tgid);
    send_line(&line);
    pass_and_capture(caller, false);
    close(caller->pidfd);
}

void serve_exec(const struct seccomp_notif *notice) {
    struct image image = {0};
    poll_captures();
    bool has_image = read_image((pid_t)notice->pid, &image);
    if (gate.root && !gates_everything() && has_image && !is_gated(&image) && is_held(notice->id)) {
        let_pass(notice->id); /* belongs to a program that was let through */
        return;
    }
    struct caller caller;
    if (!open_caller(notice, &caller)) {
        answer_error(notice->id, EPERM);
        return;
    }
    if (!gate.root) {
        pass_root(&caller);
        return;
    }
    if (gate.is_refusing) {
        refuse_call(&caller, HELD_EXEC, ENGINE_GONE_MESSAGE);
        close(caller.pidfd);
        return;
    }
    static struct exec_call call;
    char shebang[SHEBANG_BYTES_MAX + 3] = "";
    errno = EPERM;
    if (!read_path(notice, &caller, &call)) {
        answer_error(caller.id, errno); /* what the kernel would say of such a path, or EPERM for memory we may not see */
        close(caller.pidfd);
        return;
    }
    enum found_program found = find_program(&caller, &call, shebang);
    if (found == PROGRAM_MISSING || found == PROGRAM_IS_ASK) {
        if (is_held(caller.id)) let_pass(caller.id);
        close(caller.pidfd);
        return;
    }
    caller.fingerprint = add_to_fingerprint(FINGERPRINT_START, &caller.tgid, sizeof caller.tgid);
    caller.fingerprint = add_to_fingerprint(caller.fingerprint, &image, sizeof image);
    ask_engine(&caller, &call, shebang);
}
