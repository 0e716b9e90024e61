#include "gate-exec.h"

#include <sys/epoll.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../common/exit-codes.h"
#include "gate-answer.h"
#include "gate-caller.h"
#include "gate-capture.h"
#include "gate-digest.h"
#include "gate-environment.h"
#include "gate-image.h"
#include "gate-memory.h"
#include "gate-program.h"
#include "gate-refusals.h"
#include "gate-rpc.h"
#include "gate-sharing.h"

#define ARGV_BYTES_MAX (64 * 1024)
#define ARGV_WORDS_MAX 1024

/* What was read of a held exec. */
struct exec_words {
    char bytes[ARGV_BYTES_MAX];
    size_t used;
    bool is_cut;
};

static struct exec_words words;

/* Adds argv, at most 1024 words and 64 KB. */
static void tell_words(struct json_line *line, uint64_t address) {
    words.used = 0;
    words.is_cut = false;
    json_open(line, "argv", '[');
    for (int i = 0; address; i++) {
        uint64_t word;
        if (i == ARGV_WORDS_MAX || !read_memory(address + (uint64_t)i * sizeof word, &word, sizeof word)) {
            words.is_cut = true;
            break;
        }
        if (!word) break;
        errno = 0;
        char *text = words.bytes + words.used;
        size_t room = sizeof words.bytes - words.used;
        long length = read_memory_string(word, text, room);
        if (length < 0) {
            words.is_cut = true;
            if (errno != ENAMETOOLONG || !room) break;
            json_item(line, text, room);
            words.used += room;
            break;
        }
        json_item(line, text, (size_t)length);
        words.used += (size_t)length + 1;
    }
    json_shut(line, ']');
}

/* The words that the process will show of itself: an interpreter's stand in place of a script's first. */
static struct text_mark mark_words(const struct found_program *found) {
    struct digest digest;
    begin_digest(&digest);
    size_t first = found->words_length ? strnlen(words.bytes, words.used) + 1 : 0;
    if (first > words.used) first = words.used;
    add_to_digest(&digest, found->words, found->words_length);
    add_to_digest(&digest, words.bytes + first, words.used - first);
    if (!words.used && !words.is_cut && !found->words_length) add_to_digest(&digest, "", 1); /* the kernel adds an empty first word */
    return (struct text_mark){read_digest(&digest), digest.length, words.is_cut};
}

/* Everything about the question but its slot. */
static void describe_exec(struct json_line *line, struct caller *caller, const struct exec_call *call, const struct found_program *found) {
    char cwd[PATH_MAX];
    look_into(caller->tid);
    json_begin(line, "exec");
    json_tell_lossy(line);
    json_number(line, "pid", caller->tgid);
    json_string(line, "path", call->path);
    if (found->real[0]) json_string(line, "real", found->real);
    tell_words(line, call->argv_address);
    json_string(line, "cwd", read_caller_link(caller->tid, "cwd", cwd, sizeof cwd) ? cwd : "");
    if (found->shebang[0]) json_string(line, "shebang", found->shebang);
    bool is_shared = caller->threads == 1 && shares_memory(caller), is_traced = is_traced_inside(caller);
    json_number(line, "threads", caller->threads);
    json_bool(line, "shared", is_shared);
    json_bool(line, "traced", is_traced);
    json_bool(line, "truncated", words.is_cut);
    struct text_mark environment = tell_environment(line, call->environment_address);
    caller->is_exposed = caller->threads > 1 || is_shared || is_traced;
    /* What a registered handler makes of a file is believed only of a caller that nobody could have disturbed. */
    bool is_foretold = !found->is_foreign || caller->is_exposed;
    caller->expected = (struct expected_start){
        .is_known = true,
        .has_file = found->has_file && is_foretold,
        .device = found->device,
        .inode = found->inode,
        .has_words = is_foretold,
        .words = mark_words(found),
        .environment = environment,
    };
    caller->fingerprint = add_to_fingerprint(caller->fingerprint, words.bytes, words.used);
    const char *name = strrchr(call->path, '/');
    name = name ? name + 1 : call->path;
    caller->fingerprint = add_to_fingerprint(caller->fingerprint, name, strlen(name));
}

static void ask_engine(struct caller *caller, const struct exec_call *call, const struct found_program *found) {
    struct json_line line;
    describe_exec(&line, caller, call, found);
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
static void pass_root(const struct seccomp_notif *notice, const struct caller *caller) {
    look_into(caller->tid);
    keep_launch_environment(notice->data.args[notice->data.nr == SYS_execveat ? 3 : 2]);
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
        pass_root(notice, &caller);
        return;
    }
    if (gate.is_refusing) {
        refuse_call(&caller, HELD_EXEC, ENGINE_GONE_MESSAGE);
        close(caller.pidfd);
        return;
    }
    static struct exec_call call;
    static struct found_program found;
    errno = EPERM;
    if (!read_exec_call(notice, &caller, &call)) {
        answer_error(caller.id, errno); /* what the kernel would say of such a path, or EPERM for memory we may not see */
        close(caller.pidfd);
        return;
    }
    find_program(&caller, &call, &found);
    if (found.kind == PROGRAM_MISSING || found.kind == PROGRAM_IS_ASK) {
        if (is_held(caller.id)) let_pass(caller.id);
        close(caller.pidfd);
        return;
    }
    caller.fingerprint = add_to_fingerprint(FINGERPRINT_START, &caller.tgid, sizeof caller.tgid);
    caller.fingerprint = add_to_fingerprint(caller.fingerprint, &image, sizeof image);
    ask_engine(&caller, &call, &found);
}
