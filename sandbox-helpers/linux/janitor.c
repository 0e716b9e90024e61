/*
 * janitor: makes the placeholders that protections are mounted on, and takes them away: an empty
 * directory for /PATH, an empty file for =/PATH, a file with the one line "." for ./PATH.
 *
 * Promises: a placeholder it made is removed once no run that shares the state file is left, within
 * two seconds of the end of the last one, also when the engine was killed; only empty directories and
 * files as they were made are ever removed, and none through a symlink; what was there before is never
 * touched. Does not promise to remove what somebody has put something into.
 * Without it: removing the mount point of one run would open the protection of another, longer one.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../common/command-line.h"
#include "../common/fail.h"
#include "../common/json-line.h"
#include "kernel-calls.h"

#define CLEAN_WAIT_MS 2000
#define CLEAN_STEP_MS 25
#define DETACH_MS 30
#define STATE_BYTES_MAX (8 << 20)

/* The file that has this name now, under a shared lock: one that was replaced meanwhile is let go. */
static int open_shared(const char *path) {
    for (;;) {
        int fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd < 0) fail(path);
        while (flock(fd, LOCK_SH) != 0)
            if (errno != EINTR) fail(path);
        struct stat held, named;
        if (fstat(fd, &held) == 0 && lstat(path, &named) == 0 && held.st_ino == named.st_ino && held.st_dev == named.st_dev) return fd;
        close(fd);
    }
}

/* The directory that holds `path`, reached without a symlink, and the last part of the name. */
static int open_parent(const char *path, char *name) {
    char parent[PATH_MAX];
    if (path[0] != '/' || strlen(path) >= sizeof parent) {
        errno = EINVAL;
        return -1;
    }
    strcpy(parent, path);
    char *slash = strrchr(parent, '/');
    size_t length = strlen(slash + 1);
    if (length == 0 || length > NAME_MAX || strcmp(slash + 1, ".") == 0 || strcmp(slash + 1, "..") == 0) {
        errno = EINVAL;
        return -1;
    }
    strcpy(name, slash + 1);
    slash[slash == parent] = 0;
    return call_openat2(AT_FDCWD, parent, O_PATH | O_DIRECTORY | O_CLOEXEC, RESOLVE_WITHOUT_SYMLINKS);
}

static const char *path_of(const char *placeholder) {
    return placeholder + (placeholder[0] != '/');
}

/* What a file of this kind holds; NULL for a directory. */
static const char *content_of(const char *placeholder) {
    return placeholder[0] == '/' ? NULL : placeholder[0] == '.' ? ".\n" : "";
}

static bool make_file(int parent, const char *name, const char *content) {
    int fd = openat(parent, name, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (fd < 0) return false;
    size_t length = strlen(content);
    bool is_written = write(fd, content, length) == (ssize_t)length;
    if (!is_written) unlinkat(parent, name, 0);
    close(fd);
    return is_written;
}

static bool make_placeholder(const char *placeholder) {
    char name[NAME_MAX + 1];
    int parent = open_parent(path_of(placeholder), name);
    if (parent < 0) return false;
    const char *content = content_of(placeholder);
    bool is_made = content ? make_file(parent, name, content) : mkdirat(parent, name, 0755) == 0;
    int error = errno;
    close(parent);
    errno = error;
    return is_made;
}

/* A file that is as it was made; opened without waiting, should it be a pipe by now. */
static bool is_as_made(int parent, const char *name, const char *content) {
    char bytes[8];
    struct stat status;
    int fd = openat(parent, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) return false;
    ssize_t count = fstat(fd, &status) == 0 && S_ISREG(status.st_mode) ? read(fd, bytes, sizeof bytes) : -1;
    close(fd);
    return count == (ssize_t)strlen(content) && memcmp(bytes, content, (size_t)count) == 0;
}

static void remove_placeholder(const char *placeholder) {
    char name[NAME_MAX + 1];
    int parent = open_parent(path_of(placeholder), name);
    if (parent < 0) return;
    const char *content = content_of(placeholder);
    if (!content)
        unlinkat(parent, name, AT_REMOVEDIR); /* fails, as it should, on anything but an empty directory */
    else if (is_as_made(parent, name, content))
        unlinkat(parent, name, 0);
    close(parent);
}

static bool is_empty_directory(const char *path) {
    int fd = call_openat2(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, RESOLVE_WITHOUT_SYMLINKS);
    DIR *directory = fd < 0 ? NULL : fdopendir(fd);
    if (!directory) {
        if (fd >= 0) close(fd);
        return false;
    }
    bool is_empty = true;
    for (struct dirent *entry; is_empty && (entry = readdir(directory));)
        is_empty = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
    closedir(directory);
    return is_empty;
}

static bool is_present(const char *placeholder) {
    const char *content = content_of(placeholder);
    if (!content) return is_empty_directory(placeholder);
    char name[NAME_MAX + 1];
    int parent = open_parent(path_of(placeholder), name);
    bool is_there = parent >= 0 && is_as_made(parent, name, content);
    if (parent >= 0) close(parent);
    return is_there;
}

static void record(int state, const char *path) {
    char *line = percent_encode(path);
    size_t length = strlen(line);
    line[length++] = '\n'; /* in the place of the final NUL */
    /* One write at the end of the file: runs that share it do not mix their lines. */
    if (write(state, line, length) != (ssize_t)length) {
        int error = errno;
        remove_placeholder(path);
        errno = error;
        fail("state file");
    }
    free(line);
}

/* Calls `visit` with every placeholder that the file records, the last one first: a placeholder may lie in another. */
static void each_recorded(int state, void (*visit)(const char *path, void *context), void *context) {
    struct stat status;
    if (fstat(state, &status) != 0 || status.st_size > STATE_BYTES_MAX) return;
    char *text = malloc((size_t)status.st_size + 2);
    if (!text) fail("memory");
    text[0] = '\n';
    ssize_t length = pread(state, text + 1, (size_t)status.st_size, 0);
    text[length > 0 ? length + 1 : 1] = 0;
    for (char *newline; (newline = strrchr(text, '\n'));) {
        char *line = newline + 1;
        *newline = 0;
        if (percent_decode(line) && path_of(line)[0] == '/') visit(line, context);
    }
    free(text);
}

struct made {
    char **paths;
    int count;
    struct json_line *line;
};

static void add_present(const char *path, void *context) {
    struct made *made = context;
    for (int i = 0; i < made->count; i++)
        if (strcmp(made->paths[i], path) == 0) return;
    if (is_present(path)) json_item(made->line, path_of(path), strlen(path_of(path)));
}

static void make_and_tell(int state, char **paths, int count) {
    struct json_line line;
    struct made made = {calloc((size_t)count + 1, sizeof(char *)), 0, &line};
    int *errors = calloc((size_t)count + 1, sizeof *errors);
    if (!made.paths || !errors) fail("memory");
    for (int i = 0; i < count; i++) {
        if (make_placeholder(paths[i])) {
            record(state, paths[i]);
            made.paths[made.count++] = paths[i];
        } else {
            errors[i] = errno;
        }
    }
    json_begin(&line, "ready");
    json_open(&line, "created", '[');
    for (int i = 0; i < made.count; i++) json_item(&line, path_of(made.paths[i]), strlen(path_of(made.paths[i])));
    json_shut(&line, ']');
    json_open(&line, "present", '[');
    each_recorded(state, add_present, &made);
    json_shut(&line, ']');
    json_open(&line, "skipped", '[');
    for (int i = 0; i < count; i++) {
        if (!errors[i] || errors[i] == EEXIST) continue; /* what is there needs no placeholder */
        json_open(&line, NULL, '{');
        json_string(&line, "path", path_of(paths[i]));
        json_string(&line, "errno", errno_name(errors[i]));
        json_shut(&line, '}');
    }
    json_shut(&line, ']');
    json_end(&line);
    json_write(&line, STDOUT_FILENO); /* a reader that has gone is met by the end of stdin */
    json_free(&line);
    free(made.paths);
    free(errors);
}

static void remove_recorded(const char *path, void *context) {
    (void)context;
    remove_placeholder(path);
}

/* With the exclusive lock held: nobody relies on the placeholders any more. */
static void clean(int state, const char *path, bool is_orderly) {
    struct stat held, named;
    if (fstat(state, &held) != 0 || lstat(path, &named) != 0 || held.st_ino != named.st_ino || held.st_dev != named.st_dev) return;
    /* A mount namespace goes away a moment after its last process; whoever ends in good order has seen that end. */
    if (!is_orderly) usleep(DETACH_MS * 1000);
    each_recorded(state, remove_recorded, NULL);
    unlink(path);
}

/* True when the engine said a last word: it is alive, and everything that it had confined is gone. */
static bool wait_for_end_of_input(void) {
    char bytes[256];
    bool is_orderly = false;
    for (;;) {
        ssize_t count = read(STDIN_FILENO, bytes, sizeof bytes);
        if (count == 0 || (count < 0 && errno != EINTR)) return is_orderly;
        if (count > 0) is_orderly = true;
    }
}

static void clean_when_free(int state, const char *path, bool is_orderly) {
    flock(state, LOCK_UN); /* first let go: two that both hold on would wait for each other */
    for (int waited = 0; waited <= CLEAN_WAIT_MS; waited += CLEAN_STEP_MS) {
        if (flock(state, LOCK_EX | LOCK_NB) == 0) {
            clean(state, path, is_orderly);
            return;
        }
        usleep(CLEAN_STEP_MS * 1000);
    }
}

static void sweep(const char *folder) {
    DIR *directory = opendir(folder);
    if (!directory) fail(folder);
    for (struct dirent *entry; (entry = readdir(directory));) {
        size_t length = strlen(entry->d_name);
        if (length < 7 || strcmp(entry->d_name + length - 6, ".state") != 0) continue;
        char path[PATH_MAX];
        if (snprintf(path, sizeof path, "%s/%s", folder, entry->d_name) >= (int)sizeof path) continue;
        int state = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
        if (state < 0) continue;
        struct stat status;
        if (fstat(state, &status) == 0 && S_ISREG(status.st_mode) && flock(state, LOCK_EX | LOCK_NB) == 0) clean(state, path, false);
        close(state);
    }
    closedir(directory);
}

int main(int argc, char **argv) {
    helper_name = "janitor";
    umask(022);
    if (argc == 3 && strcmp(argv[1], "--sweep") == 0) {
        sweep(argv[2]);
        return 0;
    }
    if (argc < 3 || strcmp(argv[1], "--state") != 0) fail_because("arguments", "--state FILE DIR... or --sweep DIR");
    /* It has to outlive the engine, whatever ends that. */
    setsid();
    signal(SIGHUP, SIG_IGN);
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    if (call_close_range(3, ~0u) != 0) fail("close_range");
    int state = open_shared(argv[2]);
    make_and_tell(state, argv + 3, argc - 3);
    bool is_orderly = wait_for_end_of_input();
    clean_when_free(state, argv[2], is_orderly);
    return 0;
}
