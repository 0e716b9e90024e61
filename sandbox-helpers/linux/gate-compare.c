#include "gate-compare.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gate-caller.h"
#include "gate-digest.h"
#include "gate-rpc.h"
#include "gate-tell.h"
#include "kernel-calls.h"

#define SHOWN_BYTES_MAX 4096
#define SWAPPED_MESSAGE "sallyport: refused: another program than the one shown was started: killed"

enum matching { MATCHES, DIFFERS, UNREADABLE };

/* Whether the file begins with the marked text and, if that was all of it, ends there. */
static enum matching match_text(pid_t pid, const char *name, const struct text_mark *mark) {
    char path[64], bytes[16 * 1024];
    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return errno == EMFILE || errno == ENFILE || errno == ENOMEM ? DIFFERS : UNREADABLE;
    struct digest digest;
    begin_digest(&digest);
    uint64_t left = mark->length;
    ssize_t count;
    while ((count = read(fd, bytes, sizeof bytes)) > 0) {
        uint64_t taken = (uint64_t)count < left ? (uint64_t)count : left;
        add_to_digest(&digest, bytes, taken);
        left -= taken;
        if (taken < (uint64_t)count) break; /* more than was marked */
    }
    close(fd);
    if (count < 0) return UNREADABLE;
    bool is_longer = count > 0;
    return !left && (mark->is_cut || !is_longer) && read_digest(&digest) == mark->digest ? MATCHES : DIFFERS;
}

static enum matching match_file(pid_t pid, const struct expected_start *expected) {
    char path[64];
    struct stat status;
    snprintf(path, sizeof path, "/proc/%d/exe", (int)pid);
    if (stat(path, &status) != 0) return UNREADABLE;
    return status.st_dev == expected->device && status.st_ino == expected->inode ? MATCHES : DIFFERS;
}

const char *find_difference(pid_t pid, const struct expected_start *expected) {
    enum matching file = expected->has_file ? match_file(pid, expected) : MATCHES;
    if (file == DIFFERS) return "program";
    enum matching words = expected->has_words ? match_text(pid, "cmdline", &expected->words) : MATCHES;
    if (words == DIFFERS) return "arguments";
    enum matching environment = match_text(pid, "environ", &expected->environment);
    if (environment == DIFFERS) return "environment";
    return file == UNREADABLE || words == UNREADABLE || environment == UNREADABLE ? "unknown" : NULL;
}

static void tell_words(struct json_line *line, pid_t pid) {
    char path[64], words[SHOWN_BYTES_MAX + 1];
    snprintf(path, sizeof path, "/proc/%d/cmdline", (int)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? 0 : read(fd, words, SHOWN_BYTES_MAX);
    if (fd >= 0) close(fd);
    if (length < 0) length = 0;
    words[length] = 0;
    json_open(line, "argv", '[');
    for (char *word = words; word < words + length; word += strlen(word) + 1) json_item(line, word, strlen(word));
    json_shut(line, ']');
}

void end_swapped(pid_t pid, int pidfd, const char *difference) {
    char program[PATH_MAX];
    struct json_line line;
    json_begin(&line, "swapped");
    json_number(&line, "pid", pid);
    json_string(&line, "what", difference);
    json_string(&line, "path", read_caller_link(pid, "exe", program, sizeof program) ? program : "");
    tell_words(&line, pid);
    tell_caller(pidfd, SWAPPED_MESSAGE);
    call_pidfd_send_signal(pidfd, SIGKILL, 0);
    send_line(&line);
}
