#include "gate-program.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "gate-caller.h"

#define ASK_PATH "/run/sallyport/ask"
#define HEAD_BYTES 256 /* as much as the kernel looks at */
#define INTERPRETERS_MAX 5

bool read_exec_call(const struct seccomp_notif *notice, const struct caller *caller, struct exec_call *call) {
    bool is_at = notice->data.nr == SYS_execveat;
    call->path_address = notice->data.args[is_at ? 1 : 0];
    call->argv_address = notice->data.args[is_at ? 2 : 1];
    call->environment_address = notice->data.args[is_at ? 3 : 2];
    call->dirfd = is_at ? (int)notice->data.args[0] : AT_FDCWD;
    call->flags = is_at ? (int)notice->data.args[4] : 0;
    char given[PATH_MAX], directory[PATH_MAX];
    if (read_caller_string(caller->tid, call->path_address, given, sizeof given) < 0) return false;
    call->is_by_fd = !given[0] && (call->flags & AT_EMPTY_PATH);
    snprintf(call->script, sizeof call->script, "%s", given);
    if (call->is_by_fd) {
        char name[32];
        snprintf(name, sizeof name, "fd/%d", call->dirfd);
        snprintf(call->script, sizeof call->script, "/dev/%s", name);
        return read_caller_link(caller->tid, name, call->path, sizeof call->path) || (errno = EBADF, false);
    }
    bool is_below = given[0] != '/' && call->dirfd != AT_FDCWD;
    if (is_below) snprintf(call->script, sizeof call->script, "/dev/fd/%d/%s", call->dirfd, given);
    if (is_below && read_caller_directory(caller->tid, call->dirfd, directory, sizeof directory))
        snprintf(call->path, sizeof call->path, "%s/%s", directory, given);
    else
        snprintf(call->path, sizeof call->path, "%s", given);
    return true;
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

/* The first bytes of a file, with zeros behind its end; false when it cannot be read. */
static bool read_head(int fd, char *head) {
    int file = reopen_file(fd, O_RDONLY);
    if (file < 0) return false;
    memset(head, 0, HEAD_BYTES);
    ssize_t length = read(file, head, HEAD_BYTES);
    close(file);
    return length >= 0;
}

static void note_shebang(const char *head, char *shebang) {
    const char *line = head + 2, *end = memchr(line, '\n', HEAD_BYTES - 2);
    size_t size = end ? (size_t)(end - line) : strnlen(line, HEAD_BYTES - 2);
    while (size && is_blank(*line)) line++, size--;
    while (size && (is_blank(line[size - 1]) || line[size - 1] == '\r')) size--;
    memcpy(shebang, line, size);
    shebang[size] = 0;
}

/* Puts words in front of those that are there; false when they do not fit. */
static bool put_in_front(struct found_program *found, const char *word) {
    size_t length = strlen(word) + 1;
    if (found->words_length + length > sizeof found->words) return false;
    memmove(found->words + length, found->words, found->words_length);
    memcpy(found->words, word, length);
    found->words_length += length;
    return true;
}

/* Splits "#!NAME ARGUMENT" as the kernel does; `head` is written to. False for a line it does not take. */
static bool split_shebang(char *head, char **name, char **argument) {
    head[HEAD_BYTES - 1] = 0;
    char *line = head + 2, *end = memchr(line, '\n', HEAD_BYTES - 3);
    if (end) {
        while (end > line && is_blank(end[-1])) end--;
        *end = 0;
    }
    *name = line + strspn(line, " \t");
    char *after = *name + strcspn(*name, " \t");
    *argument = *after ? after + strspn(after, " \t") : NULL;
    *after = 0;
    if (*argument && !**argument) *argument = NULL;
    return **name != 0;
}

static bool is_native_elf(const char *head) {
    Elf64_Half machine;
    if (memcmp(head, ELFMAG, SELFMAG) != 0) return false;
    memcpy(&machine, head + offsetof(Elf64_Ehdr, e_machine), sizeof machine);
#if defined(__x86_64__)
    return machine == EM_X86_64 || machine == EM_386;
#else
    return machine == EM_AARCH64 || machine == EM_ARM;
#endif
}

static void note_file(struct found_program *found, int fd) {
    struct stat status = {0};
    found->has_file = fstat(fd, &status) == 0;
    found->device = status.st_dev;
    found->inode = status.st_ino;
}

/* What runs in the end: the file itself, or the interpreter that its first line names, or that one's. */
static void follow_interpreters(const struct caller *caller, int root, int fd, const char *script, struct found_program *found) {
    char head[HEAD_BYTES], directory[PATH_MAX], name[CALLER_PATH_BYTES];
    int at = fd;
    for (int depth = 0;; depth++) {
        note_file(found, at);
        bool has_head = read_head(at, head), is_script = has_head && head[0] == '#' && head[1] == '!';
        if (at != fd) close(at);
        if (!has_head) return; /* may be run and not be read: then it is no script */
        if (!is_script) {
            found->is_foreign = !is_native_elf(head);
            return;
        }
        if (!depth) note_shebang(head, found->shebang);
        char *interpreter, *argument;
        found->has_file = false;
        if (depth == INTERPRETERS_MAX || !split_shebang(head, &interpreter, &argument)) return;
        bool fits = (depth || put_in_front(found, script)) && (!argument || put_in_front(found, argument)) && put_in_front(found, interpreter);
        found->is_foreign |= !fits; /* cannot be foretold either */
        bool is_absolute = *interpreter == '/';
        if (!is_absolute && !read_caller_directory(caller->tid, AT_FDCWD, directory, sizeof directory)) directory[0] = 0;
        snprintf(name, sizeof name, "%s/%s", is_absolute ? "" : directory, interpreter);
        at = fits ? open_in_root(root, name, 0) : -1;
        if (at < 0) return;
    }
}

static enum found_kind look_at(const struct caller *caller, int root, int fd, const struct exec_call *call, struct found_program *found) {
    struct stat status;
    struct statvfs mount;
    if (fstat(fd, &status) != 0) return PROGRAM_UNKNOWN;
    if (!S_ISREG(status.st_mode) || !(status.st_mode & 0111)) return PROGRAM_MISSING;
    char lies_at[PATH_MAX];
    if (strcmp(call->path, ASK_PATH) == 0 && read_fd_path(fd, lies_at, sizeof lies_at) && strcmp(lies_at, ASK_PATH) == 0 &&
        fstatvfs(fd, &mount) == 0 && (mount.f_flag & ST_RDONLY))
        return PROGRAM_IS_ASK;
    if (!read_fd_path(fd, found->real, sizeof found->real)) found->real[0] = 0;
    follow_interpreters(caller, root, fd, call->script, found);
    return PROGRAM_RUNNABLE;
}

/* A program that is named by an open descriptor or as what runs already, which may lead to a file without a name. */
static enum found_kind find_by_link(const struct caller *caller, const struct exec_call *call, const char *link, int root, struct found_program *found) {
    char path[64];
    struct stat status;
    snprintf(path, sizeof path, "/proc/%d/%s", (int)caller->tid, link);
    int fd = open(path, O_PATH | O_CLOEXEC);
    if (fd < 0) return PROGRAM_UNKNOWN;
    if (!read_fd_path(fd, found->real, sizeof found->real)) found->real[0] = 0;
    if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode)) follow_interpreters(caller, root, fd, call->script, found);
    found->shebang[0] = 0; /* its name may lie: nobody shall take it for a launcher by its first line */
    close(fd);
    return PROGRAM_UNKNOWN;
}

/* The caller's own link below /proc that a path is, as `fd/5`; false for any other path. */
static bool read_own_link(const char *path, char *link, size_t size) {
    static const char *const folders[] = {"/proc/self/", "/proc/thread-self/", "/dev/"};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        size_t length = strlen(folders[i]);
        if (strncmp(path, folders[i], length) != 0) continue;
        const char *rest = path + length, *number = rest + strlen("fd/");
        bool is_fd = strncmp(rest, "fd/", strlen("fd/")) == 0 && *number && strspn(number, "0123456789") == strlen(number);
        bool is_self = path[1] == 'p' && strcmp(rest, "exe") == 0;
        return (is_fd || is_self) && (size_t)snprintf(link, size, "%s", rest) < size;
    }
    return false;
}

/* Shells and execvp try one directory of PATH after the other: what is not there is not worth a question. */
static enum found_kind look_for(const struct caller *caller, const struct exec_call *call, int root, struct found_program *found) {
    char directory[PATH_MAX], path[CALLER_PATH_BYTES], link[32];
    if (call->is_by_fd) {
        snprintf(link, sizeof link, "fd/%d", call->dirfd);
        return find_by_link(caller, call, link, root, found);
    }
    if (read_own_link(call->path, link, sizeof link)) return find_by_link(caller, call, link, root, found);
    if (!call->path[0]) return PROGRAM_MISSING;
    int length;
    if (call->path[0] == '/') length = snprintf(path, sizeof path, "%s", call->path);
    else if (read_caller_directory(caller->tid, call->dirfd, directory, sizeof directory)) length = snprintf(path, sizeof path, "%s/%s", directory, call->path);
    else return PROGRAM_UNKNOWN;
    if (length < 0 || (size_t)length >= sizeof path) return PROGRAM_UNKNOWN;
    int fd = open_in_root(root, path, 0);
    if (fd < 0) return is_surely_missing(root, path) ? PROGRAM_MISSING : PROGRAM_UNKNOWN;
    enum found_kind kind = look_at(caller, root, fd, call, found);
    close(fd);
    return kind;
}

void find_program(const struct caller *caller, const struct exec_call *call, struct found_program *found) {
    found->shebang[0] = found->real[0] = 0;
    found->has_file = found->is_foreign = false;
    found->words_length = 0;
    int root = open_caller_root(caller->tid);
    found->kind = root < 0 ? PROGRAM_UNKNOWN : look_for(caller, call, root, found);
    if (root >= 0) close(root);
}
