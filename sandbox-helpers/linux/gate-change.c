#include "gate-change.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gate-answer.h"
#include "gate-caller.h"
#include "gate-calls.h"
#include "gate-path.h"
#include "gate-perform.h"
#include "gate-reach.h"
#include "gate-rpc.h"
#include "kernel-calls.h"

static const char *const op_names[] = {
    [CHANGE_MKDIR] = "mkdir", [CHANGE_MKNOD] = "mknod", [CHANGE_SYMLINK] = "symlink", [CHANGE_LINK] = "link",
    [CHANGE_RENAME] = "rename", [CHANGE_UNLINK] = "unlink", [CHANGE_RMDIR] = "rmdir", [CHANGE_TRUNCATE] = "truncate",
    [CHANGE_CHMOD] = "chmod", [CHANGE_CHOWN] = "chown", [CHANGE_TIMES] = "utimes",
};

/* What was found at a place, and the mount that decides. */
struct found {
    const char *kind;
    uint64_t mount_id;
};

void free_change(struct held_change *change) {
    if (!change) return;
    free(change->at.given);
    free(change->at.path);
    free(change->from.given);
    free(change->from.path);
    free(change->text);
    free(change);
}

static bool take_path(pid_t tid, struct change_place *place, uint64_t address) {
    char given[PATH_MAX], directory[PATH_MAX], whole[CALLER_PATH_BYTES];
    if (!address || read_caller_string(tid, address, given, sizeof given) <= 0) return false;
    if (given[0] == '/') return (place->path = strdup(given)) != NULL;
    if (!read_caller_directory(tid, place->dirfd, directory, sizeof directory)) return false;
    snprintf(whole, sizeof whole, "%s/%s", directory, given);
    place->given = strdup(given);
    place->path = strdup(whole);
    return place->given && place->path;
}

/* As the kernel's three forms of it say; NULL means now. */
static bool take_times(pid_t tid, uint64_t address, uint8_t unit, struct held_change *change) {
    int64_t words[4] = {0};
    change->has_times = address != 0;
    if (!address) return true;
    if (!read_caller_bytes(tid, address, words, unit == 's' ? sizeof words / 2 : sizeof words)) return false;
    for (int i = 0; i < 2; i++) {
        change->times[i].tv_sec = unit == 's' ? words[i] : words[i * 2];
        change->times[i].tv_nsec = unit == 's' ? 0 : unit == 'u' ? words[i * 2 + 1] * 1000 : words[i * 2 + 1];
    }
    return true;
}

static bool take_call(pid_t tid, const uint64_t *args, const struct call_shape *shape, struct held_change *change) {
    change->op = shape->op;
    change->flags = shape->flags ? (uint32_t)args[shape->flags - 1] : 0;
    change->mode = shape->mode ? args[shape->mode - 1] : 0;
    change->number = shape->number ? args[shape->number - 1] : 0;
    if (change->op == CHANGE_CHOWN) {
        change->owner = (uint32_t)change->mode;
        change->group = (uint32_t)change->number;
    }
    if (change->op == CHANGE_UNLINK && (change->flags & AT_REMOVEDIR)) change->op = CHANGE_RMDIR;
    change->follows = shape->follows ? !(change->flags & AT_SYMLINK_NOFOLLOW) : change->op == CHANGE_LINK && (change->flags & AT_SYMLINK_FOLLOW);
    change->at.dirfd = shape->dirfd ? (int)args[shape->dirfd - 1] : AT_FDCWD;
    change->from.dirfd = shape->from_dirfd ? (int)args[shape->from_dirfd - 1] : AT_FDCWD;
    if (!take_path(tid, &change->at, args[shape->path - 1])) return false;
    if (shape->from_path && !take_path(tid, &change->from, args[shape->from_path - 1])) return false;
    if (shape->times && !take_times(tid, args[shape->times - 1], shape->time_unit, change)) return false;
    if (!shape->text) return true;
    char text[PATH_MAX];
    if (read_caller_string(tid, args[shape->text - 1], text, sizeof text) <= 0) return false;
    return (change->text = strdup(text)) != NULL;
}

static bool set_path(struct change_place *place, const char *path) {
    free(place->path);
    return (place->path = strdup(path)) != NULL;
}

/* Splits off the last part, which the kernel does not follow in a name that is made, taken away or moved. */
static bool split_name(char *path, char *base, bool *ends_in_slash) {
    size_t length = strlen(path);
    *ends_in_slash = length > 1 && path[length - 1] == '/';
    while (length > 1 && path[length - 1] == '/') path[--length] = 0;
    char *name = strrchr(path, '/') + 1;
    if (!*name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || strlen(name) > NAME_MAX) return false;
    strcpy(base, name);
    *name = 0;
    return true;
}

static const char *kind_of(const struct stat *status) {
    return S_ISDIR(status->st_mode) ? "dir" : "file";
}

/* In a folder such as /tmp only the owner of a name, or of the folder, may take it away. */
static bool is_kept_by_owner(int parent, const struct stat *entry) {
    struct stat folder;
    uid_t own = geteuid();
    return fstat(parent, &folder) == 0 && (folder.st_mode & S_ISVTX) && folder.st_uid != own && entry->st_uid != own;
}

/* A name in a folder: the folder is what has to be writable. */
static enum reach judge_name(int root, struct change_place *place, struct found *found, struct stat *entry) {
    char parent_path[PATH_MAX], base[NAME_MAX + 1], whole[CALLER_PATH_BYTES];
    bool ends_in_slash;
    if (!split_name(place->path, base, &ends_in_slash)) return REACH_UNKNOWN;
    int parent = open_in_root(root, place->path, O_DIRECTORY);
    if (parent < 0) return REACH_UNKNOWN;
    enum reach reach = read_fd_path(parent, parent_path, sizeof parent_path) ? judge_reach(parent, W_OK | X_OK) : REACH_UNKNOWN;
    snprintf(whole, sizeof whole, "%s/%s", strcmp(parent_path, "/") == 0 ? "" : parent_path, base);
    bool is_there = fstatat(parent, base, entry, AT_SYMLINK_NOFOLLOW) == 0;
    if (!is_there && errno != ENOENT) reach = REACH_UNKNOWN;
    if (is_there && is_kept_by_owner(parent, entry)) reach = REACH_UNKNOWN;
    if (ends_in_slash && is_there && !S_ISDIR(entry->st_mode)) reach = REACH_UNKNOWN;
    found->kind = is_there ? kind_of(entry) : "missing";
    found->mount_id = read_mount_id(parent);
    close(parent);
    return reach != REACH_UNKNOWN && set_path(place, whole) && !is_kernel_path(whole) ? reach : REACH_UNKNOWN;
}

/* Whether the kernel would do it but for the mount: chmod and its like are the owner's. */
static bool may_change(int fd, const struct held_change *change, const struct stat *status) {
    if (change->op == CHANGE_TRUNCATE) return S_ISREG(status->st_mode) && judge_reach(fd, W_OK) == REACH_STOPPED;
    if (change->op == CHANGE_TIMES && !change->has_times && judge_reach(fd, W_OK) == REACH_STOPPED) return true;
    if (status->st_uid != geteuid()) return false;
    if (change->op != CHANGE_CHOWN) return true;
    bool keeps_owner = change->owner == (uint32_t)-1 || change->owner == status->st_uid;
    return keeps_owner && (change->group == (uint32_t)-1 || change->group == status->st_gid || change->group == getegid());
}

/* A file that is there: it is itself what has to be writable. */
static enum reach judge_file(int root, struct held_change *change, struct found *found) {
    char whole[CALLER_PATH_BYTES];
    struct stat status;
    int fd = open_in_root(root, change->at.path, change->follows ? 0 : O_NOFOLLOW);
    if (fd < 0) return REACH_UNKNOWN;
    enum reach reach = REACH_UNKNOWN;
    if (fstat(fd, &status) == 0 && read_fd_path(fd, whole, sizeof whole) && !is_kernel_path(whole)) {
        if (!is_read_only_mount(fd)) reach = REACH_WRITABLE;
        else if (may_change(fd, change, &status)) reach = REACH_STOPPED;
        found->kind = kind_of(&status);
    }
    close(fd);
    return reach != REACH_UNKNOWN && set_path(&change->at, whole) ? reach : REACH_UNKNOWN;
}

/* One that is a mount of its own was granted, and may hold nothing but placeholders, which go when it is not needed any more. */
static bool is_empty_folder(int root, const char *path, uint64_t parent_mount_id) {
    int fd = open_in_root(root, path, O_DIRECTORY | O_NOFOLLOW);
    if (fd >= 0 && read_mount_id(fd) != parent_mount_id) {
        close(fd);
        return true;
    }
    int listed = fd < 0 ? -1 : openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) close(fd);
    if (listed < 0) return true; /* not to be seen: the kernel will know */
    char entries[1024];
    /* "." and ".." are 24 bytes each. */
    long count = syscall(SYS_getdents64, listed, entries, sizeof entries);
    close(listed);
    return count <= 48;
}

static enum reach judge_made(int root, struct held_change *change, struct found *at) {
    struct stat entry;
    enum reach reach = judge_name(root, &change->at, at, &entry);
    bool is_device = change->op == CHANGE_MKNOD && (S_ISCHR(change->mode) || S_ISBLK(change->mode));
    return strcmp(at->kind, "missing") == 0 && !is_device ? reach : REACH_UNKNOWN;
}

static enum reach judge_taken(int root, struct held_change *change, struct found *at) {
    struct stat entry;
    enum reach reach = judge_name(root, &change->at, at, &entry);
    if (strcmp(at->kind, "missing") == 0 || S_ISDIR(entry.st_mode) != (change->op == CHANGE_RMDIR)) return REACH_UNKNOWN;
    if (reach == REACH_STOPPED && change->op == CHANGE_RMDIR && !is_empty_folder(root, change->at.path, at->mount_id)) return REACH_UNKNOWN;
    return reach;
}

#define KEEPS_OTHER 1u /* RENAME_NOREPLACE */
#define SWAPS 2u       /* RENAME_EXCHANGE */

static enum reach judge_moved(int root, struct held_change *change, struct found *at, struct found *from) {
    struct stat entry;
    enum reach reach = judge_name(root, &change->from, from, &entry), other = judge_name(root, &change->at, at, &entry);
    if (reach == REACH_UNKNOWN || other == REACH_UNKNOWN) return REACH_UNKNOWN;
    bool is_missing = strcmp(at->kind, "missing") == 0;
    if (strcmp(from->kind, "missing") == 0 || (is_missing && (change->flags & SWAPS)) || (!is_missing && (change->flags & KEEPS_OTHER))) return REACH_UNKNOWN;
    return at->mount_id == from->mount_id ? reach : REACH_UNKNOWN; /* else EXDEV, whatever may be written */
}

static enum reach judge_linked(int root, struct held_change *change, struct found *at, struct found *from) {
    struct stat entry;
    char whole[CALLER_PATH_BYTES];
    int fd = open_in_root(root, change->from.path, change->follows ? 0 : O_NOFOLLOW);
    if (fd < 0) return REACH_UNKNOWN;
    bool is_known = fstat(fd, &entry) == 0 && !S_ISDIR(entry.st_mode) && read_fd_path(fd, whole, sizeof whole);
    from->mount_id = read_mount_id(fd);
    close(fd);
    if (!is_known || !set_path(&change->from, whole)) return REACH_UNKNOWN;
    enum reach reach = judge_made(root, change, at);
    if (reach == REACH_UNKNOWN || at->mount_id != from->mount_id) return REACH_UNKNOWN;
    /* A grant of the folder would put another mount between the two, unless both lie in it. */
    size_t folder = (size_t)(strrchr(change->at.path, '/') + 1 - change->at.path);
    return reach == REACH_WRITABLE || strncmp(whole, change->at.path, folder) == 0 ? reach : REACH_UNKNOWN;
}

static enum reach judge(pid_t tid, struct held_change *change, struct found *at, struct found *from) {
    if (is_kernel_path(change->at.path)) return REACH_UNKNOWN;
    int root = open_caller_root(tid);
    if (root < 0) return REACH_UNKNOWN;
    enum reach reach = REACH_UNKNOWN;
    switch (change->op) {
    case CHANGE_MKDIR:
    case CHANGE_MKNOD:
    case CHANGE_SYMLINK: reach = judge_made(root, change, at); break;
    case CHANGE_UNLINK:
    case CHANGE_RMDIR: reach = judge_taken(root, change, at); break;
    case CHANGE_RENAME: reach = judge_moved(root, change, at, from); break;
    case CHANGE_LINK: reach = judge_linked(root, change, at, from); break;
    case CHANGE_TRUNCATE:
    case CHANGE_CHMOD:
    case CHANGE_CHOWN:
    case CHANGE_TIMES: reach = judge_file(root, change, at); break;
    }
    close(root);
    return reach;
}

/* Takes over the change and the caller's pidfd. */
static void ask_engine(struct caller *caller, struct held_change *change, const struct found *at, const struct found *from) {
    uint64_t slot = hold_call(caller, HELD_CHANGE, &(struct held_detail){.change = change});
    if (!slot) {
        answer_error(caller->id, EROFS);
        close(caller->pidfd);
        free_change(change);
        return;
    }
    struct json_line line;
    json_begin(&line, "change");
    json_tell_lossy(&line);
    json_number(&line, "slot", (long long)slot);
    json_number(&line, "pid", caller->tgid);
    json_string(&line, "op", op_names[change->op]);
    json_string(&line, "path", change->at.path);
    json_string(&line, "kind", at->kind);
    if (change->op == CHANGE_RENAME) {
        json_string(&line, "from", change->from.path);
        json_string(&line, "fromKind", from->kind);
    }
    add_caller(&line, caller->tid);
    if (is_held(caller->id)) send_line(&line);
    else json_free(&line);
}

void serve_change(const struct seccomp_notif *notice) {
    pid_t tid = (pid_t)notice->pid;
    const struct call_shape *shape = find_call_shape(notice->data.nr);
    struct held_change *change = calloc(1, sizeof *change);
    struct found at = {.kind = "missing"}, from = {.kind = "missing"};
    bool is_judged = change && shape && tid > 0 && gate.write_mode != WRITES_PASS && take_call(tid, (const uint64_t *)notice->data.args, shape, change);
    enum reach reach = is_judged ? judge(tid, change, &at, &from) : REACH_UNKNOWN;
    struct caller caller = {.id = notice->id, .tid = tid};
    /* Letting a call pass is safe here: the mount decides again when it goes on. */
    if (reach == REACH_UNKNOWN) {
        let_pass(notice->id);
    } else if (is_held(notice->id)) {
        if (reach == REACH_WRITABLE) {
            if (!change_for_caller(&caller, change)) let_pass(notice->id);
        } else if (settle_stopped(notice, &caller, "write", change->at.path) == 'a') {
            ask_engine(&caller, change, &at, &from);
            return;
        }
    }
    free_change(change);
}
