/* See holder-watch.h. */
#include "holder-watch.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../common/fail.h"
#include "holder-paths.h"

#define EVENTS (IN_CREATE | IN_MOVED_TO | IN_ONLYDIR | IN_DONT_FOLLOW)
#define BATCH_BYTES 4096
/* More than this waiting is a flood: one look at everything is sooner over than one at each. */
#define FLOOD_BYTES 32768
#define SLICE_PATHS 64

/* A folder that a watched path lies in, at whatever depth. */
struct folder {
    char *path; /* without a slash at its end: "" is the root */
    int watch, error;
};

/*
 * The outer names and the inner ones have a queue each: the kernel drops what comes when one is full, and a program can
 * fill the one that hears of its own folders.
 */
struct watch_set {
    int fd, begin_error;
    bool has_begun;
    struct watched_path *paths; /* the caller's texts */
    int count;
    struct folder *folders;
    int folder_count;
};

static struct watch_set sets[WATCH_KINDS] = {{.fd = -1}, {.fd = -1}};

static void begin(struct watch_set *set) {
    if (set->has_begun) return;
    set->has_begun = true;
    set->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    set->begin_error = set->fd < 0 ? errno : 0;
}

void watch_begin(void) {
    begin(&sets[WATCH_OUTER]);
}

bool watch_move(int lowest) {
    struct watch_set *set = &sets[WATCH_OUTER];
    if (set->fd < 0) return true;
    set->fd = fcntl(set->fd, F_DUPFD_CLOEXEC, lowest);
    return set->fd >= 0;
}

int watch_descriptor(int kind) {
    return sets[kind].fd;
}

/* `inner` is `outer` or lies below it. "" holds everything. */
static bool is_within(const char *inner, const char *outer) {
    size_t length = strlen(outer);
    return strncmp(inner, outer, length) == 0 && (inner[length] == '/' || !inner[length]);
}

static struct folder *find_folder(const struct watch_set *set, const char *path, size_t length) {
    for (int i = 0; i < set->folder_count; i++)
        if (strncmp(set->folders[i].path, path, length) == 0 && !set->folders[i].path[length]) return &set->folders[i];
    return NULL;
}

static bool is_used(const struct watch_set *set, int watch) {
    for (int i = 0; i < set->folder_count; i++)
        if (set->folders[i].watch == watch) return true;
    return false;
}

static void forget(const struct watch_set *set, int watch) {
    if (watch >= 0 && !is_used(set, watch)) inotify_rm_watch(set->fd, watch);
}

/* Looks for the folder anew: another one may have its name now. */
static void watch_folder(const struct watch_set *set, struct folder *folder) {
    int old = folder->watch;
    folder->watch = set->fd < 0 ? -1 : inotify_add_watch(set->fd, folder->path[0] ? folder->path : "/", EVENTS);
    folder->error = folder->watch < 0 ? (set->fd < 0 ? set->begin_error : errno) : 0;
    /* What is not there, or is a link, is noticed by the folder above. What cannot be entered is out of reach inside too. */
    bool is_elsewhere = is_out_of_reach(folder->error) && (folder->error != EACCES || access(folder->path, X_OK) != 0);
    if (is_elsewhere || folder->error == ELOOP) folder->error = 0;
    if (old != folder->watch) forget(set, old);
}

static void add_folders_above(struct watch_set *set, const char *path) {
    for (const char *slash = path; (slash = strchr(slash, '/')); slash++) {
        size_t length = (size_t)(slash - path);
        if (find_folder(set, path, length)) continue;
        struct folder *more = realloc(set->folders, ((size_t)set->folder_count + 1) * sizeof *set->folders);
        if (!more) fail("memory");
        set->folders = more;
        char *name = strndup(path, length);
        if (!name) fail("memory");
        set->folders[set->folder_count++] = (struct folder){name, -1, 0};
    }
}

static int by_length(const void *left, const void *right) {
    size_t a = strlen(((const struct folder *)left)->path), b = strlen(((const struct folder *)right)->path);
    return a < b ? -1 : a > b;
}

static void take_paths(struct watch_set *set, const struct watched_path *paths, int count, bool is_inner) {
    free(set->paths);
    set->paths = calloc((size_t)count + 1, sizeof *set->paths);
    if (!set->paths) fail("memory");
    set->count = 0;
    for (int i = 0; i < count; i++)
        if (paths[i].is_inner == is_inner) set->paths[set->count++] = paths[i];
}

static void watch_set_only(struct watch_set *set, const struct watched_path *paths, int count, bool is_inner) {
    struct folder *old = set->folders;
    int old_count = set->folder_count;
    set->folders = NULL;
    set->folder_count = 0;
    take_paths(set, paths, count, is_inner);
    if (set->count > 0) begin(set);
    for (int i = 0; i < set->count; i++) add_folders_above(set, set->paths[i].path);
    /* The outer ones first: what is made meanwhile in an inner one that is not watched yet is seen by the one above it. */
    if (set->folder_count > 0) qsort(set->folders, (size_t)set->folder_count, sizeof *set->folders, by_length);
    for (int i = 0; i < set->folder_count; i++) watch_folder(set, &set->folders[i]);
    for (int i = 0; i < old_count; i++) {
        forget(set, old[i].watch);
        free(old[i].path);
    }
    free(old);
}

void watch_only(const struct watched_path *paths, int count) {
    for (int kind = 0; kind < WATCH_KINDS; kind++) watch_set_only(&sets[kind], paths, count, kind == WATCH_INNER);
}

int watch_error(const struct watched_path *path) {
    const struct watch_set *set = &sets[path->is_inner ? WATCH_INNER : WATCH_OUTER];
    const struct folder *folder = find_folder(set, path->path, (size_t)(strrchr(path->path, '/') - path->path));
    return folder ? folder->error : ENOENT;
}

static void read_outer(const struct watch_taker *taker);

/* Before each thing that is done for an inner name: whoever is outside does not wait for what programs do. */
static void let_outer_pass(const struct watch_set *set, const struct watch_taker *taker) {
    if (set == &sets[WATCH_INNER]) read_outer(taker);
}

/* Something stands at `path` that may not have been there. */
static void look_at(struct watch_set *set, const char *path, const struct watch_taker *taker) {
    for (int i = 0; i < set->folder_count; i++)
        if (is_within(set->folders[i].path, path)) watch_folder(set, &set->folders[i]);
    const char *name = strrchr(path, '/');
    for (int i = 0; i < set->count; i++) {
        const char *own = set->paths[i].path;
        size_t length = strlen(own);
        if (is_within(own, path)) {
            let_outer_pass(set, taker);
            taker->seen(&set->paths[i]);
        } else if (set->paths[i].has_near && name && strncmp(own, path, length) == 0 && (size_t)(name - path) < length) {
            taker->near(path);
        }
    }
}

/* Everything may have changed. */
static void look_at_all(struct watch_set *set, const struct watch_taker *taker) {
    for (int i = 0; i < set->folder_count; i++) watch_folder(set, &set->folders[i]);
    for (int i = 0; i < set->count; i += SLICE_PATHS) {
        let_outer_pass(set, taker);
        taker->all(set->paths + i, set->count - i < SLICE_PATHS ? set->count - i : SLICE_PATHS);
    }
}

/* False when everything is to be looked at. */
static bool take_event(struct watch_set *set, const struct inotify_event *event, const struct watch_taker *taker) {
    char path[PATH_MAX + NAME_MAX + 2];
    if (event->mask & IN_Q_OVERFLOW) return false;
    /* The folder is gone, or its disk is; the kernel has dropped the watch. */
    if (event->mask & IN_IGNORED)
        for (int i = 0; i < set->folder_count; i++)
            if (set->folders[i].watch == event->wd) set->folders[i].watch = -1;
    if (!event->len || !taker) return true;
    /* Counted anew in each round: a look can put another watch in a folder's place, and never another folder. */
    for (int i = 0; i < set->folder_count; i++) {
        if (set->folders[i].watch != event->wd) continue;
        snprintf(path, sizeof path, "%s/%s", set->folders[i].path, event->name);
        look_at(set, path, taker);
    }
    return true;
}

/* Without a taker only what the kernel has dropped is noted. False when everything is to be looked at. */
static bool read_batch(struct watch_set *set, const struct watch_taker *taker) {
    char batch[BATCH_BYTES] __attribute__((aligned(__alignof__(struct inotify_event))));
    bool is_known = true;
    ssize_t length = set->fd < 0 ? -1 : read(set->fd, batch, sizeof batch);
    for (ssize_t at = 0; at < length;) {
        const struct inotify_event *event = (const struct inotify_event *)(batch + at);
        is_known &= take_event(set, event, taker);
        at += (ssize_t)(sizeof *event + event->len);
    }
    return is_known;
}

static int count_waiting(const struct watch_set *set) {
    int bytes = 0;
    return set->fd >= 0 && ioctl(set->fd, FIONREAD, &bytes) == 0 ? bytes : 0;
}

static void read_set(struct watch_set *set, const struct watch_taker *taker) {
    int waiting = count_waiting(set);
    bool is_flood = waiting > FLOOD_BYTES;
    if (waiting == 0) return;
    /* What comes meanwhile is left: it may never end. */
    for (int left = waiting; is_flood && left > 0; left -= BATCH_BYTES) read_batch(set, NULL);
    if (is_flood || !read_batch(set, taker)) look_at_all(set, taker);
}

static void read_outer(const struct watch_taker *taker) {
    read_set(&sets[WATCH_OUTER], taker);
}

void watch_read(const struct watch_taker *taker) {
    read_outer(taker);
    read_set(&sets[WATCH_INNER], taker);
}
