/* See holder-watch.h. */
#include "holder-watch.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "../common/fail.h"
#include "holder-paths.h"

#define EVENTS (IN_CREATE | IN_MOVED_TO | IN_ONLYDIR | IN_DONT_FOLLOW)
#define BATCH_BYTES 65536

/* A folder that a watched path lies in, at whatever depth. */
struct folder {
    char *path; /* without a slash at its end: "" is the root */
    int watch, error;
};

static int events_fd = -1, begin_error;
static const struct watched_path *watched;
static int watched_count;
static struct folder *folders;
static int folder_count;

int watch_begin(void) {
    events_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    begin_error = events_fd < 0 ? errno : 0;
    return events_fd;
}

/* `inner` is `outer` or lies below it. "" holds everything. */
static bool is_within(const char *inner, const char *outer) {
    size_t length = strlen(outer);
    return strncmp(inner, outer, length) == 0 && (inner[length] == '/' || !inner[length]);
}

static struct folder *find_folder(const char *path, size_t length) {
    for (int i = 0; i < folder_count; i++)
        if (strncmp(folders[i].path, path, length) == 0 && !folders[i].path[length]) return &folders[i];
    return NULL;
}

static bool is_used(int watch) {
    for (int i = 0; i < folder_count; i++)
        if (folders[i].watch == watch) return true;
    return false;
}

static void forget(int watch) {
    if (watch >= 0 && !is_used(watch)) inotify_rm_watch(events_fd, watch);
}

/* Looks for the folder anew: another one may have its name now. */
static void watch_folder(struct folder *folder) {
    int old = folder->watch;
    folder->watch = events_fd < 0 ? -1 : inotify_add_watch(events_fd, folder->path[0] ? folder->path : "/", EVENTS);
    folder->error = folder->watch < 0 ? (events_fd < 0 ? begin_error : errno) : 0;
    /* What is not there, or is a link, is noticed by the folder above. What cannot be entered is out of reach inside too. */
    bool is_elsewhere = is_out_of_reach(folder->error) && (folder->error != EACCES || access(folder->path, X_OK) != 0);
    if (is_elsewhere || folder->error == ELOOP) folder->error = 0;
    if (old != folder->watch) forget(old);
}

static void add_folders_above(const char *path) {
    for (const char *slash = path; (slash = strchr(slash, '/')); slash++) {
        size_t length = (size_t)(slash - path);
        if (find_folder(path, length)) continue;
        struct folder *more = realloc(folders, ((size_t)folder_count + 1) * sizeof *folders);
        if (!more) fail("memory");
        folders = more;
        char *name = strndup(path, length);
        if (!name) fail("memory");
        folders[folder_count++] = (struct folder){name, -1, 0};
    }
}

static int by_length(const void *left, const void *right) {
    size_t a = strlen(((const struct folder *)left)->path), b = strlen(((const struct folder *)right)->path);
    return a < b ? -1 : a > b;
}

void watch_only(const struct watched_path *paths, int count) {
    struct folder *old = folders;
    int old_count = folder_count;
    folders = NULL;
    folder_count = 0;
    watched = paths;
    watched_count = count;
    for (int i = 0; i < count; i++) add_folders_above(paths[i].path);
    /* The outer ones first: what is made meanwhile in an inner one that is not watched yet is seen by the one above it. */
    if (folder_count > 0) qsort(folders, (size_t)folder_count, sizeof *folders, by_length);
    for (int i = 0; i < folder_count; i++) watch_folder(&folders[i]);
    for (int i = 0; i < old_count; i++) {
        forget(old[i].watch);
        free(old[i].path);
    }
    free(old);
}

int watch_error(const struct watched_path *path) {
    const struct folder *folder = find_folder(path->path, (size_t)(strrchr(path->path, '/') - path->path));
    return folder ? folder->error : ENOENT;
}

/* Something stands at `path` that may not have been there. */
static void look_at(const char *path, void (*seen)(const struct watched_path *path), void (*near)(const char *path)) {
    for (int i = 0; i < folder_count; i++)
        if (is_within(folders[i].path, path)) watch_folder(&folders[i]);
    const char *name = strrchr(path, '/');
    for (int i = 0; i < watched_count; i++) {
        const char *own = watched[i].path;
        size_t length = strlen(own);
        if (is_within(own, path)) seen(&watched[i]);
        else if (watched[i].has_near && name && strncmp(own, path, length) == 0 && (size_t)(name - path) < length) near(path);
    }
}

/* Everything may have changed. */
static void look_at_all(void (*seen)(const struct watched_path *path)) {
    for (int i = 0; i < folder_count; i++) watch_folder(&folders[i]);
    for (int i = 0; i < watched_count; i++) seen(&watched[i]);
}

static void take_event(const struct inotify_event *event, void (*seen)(const struct watched_path *path), void (*near)(const char *path)) {
    char path[PATH_MAX + NAME_MAX + 2];
    if (event->mask & IN_Q_OVERFLOW) return look_at_all(seen);
    /* The folder is gone, or its disk is; the kernel has dropped the watch. */
    if (event->mask & IN_IGNORED)
        for (int i = 0; i < folder_count; i++)
            if (folders[i].watch == event->wd) folders[i].watch = -1;
    if (!event->len) return;
    /* Counted anew in each round: a look can put another watch in a folder's place, and never another folder. */
    for (int i = 0; i < folder_count; i++) {
        if (folders[i].watch != event->wd) continue;
        snprintf(path, sizeof path, "%s/%s", folders[i].path, event->name);
        look_at(path, seen, near);
    }
}

void watch_read(void (*seen)(const struct watched_path *path), void (*near)(const char *path)) {
    static char batch[BATCH_BYTES] __attribute__((aligned(__alignof__(struct inotify_event))));
    ssize_t length = read(events_fd, batch, sizeof batch);
    for (ssize_t at = 0; at < length;) {
        const struct inotify_event *event = (const struct inotify_event *)(batch + at);
        take_event(event, seen, near);
        at += (ssize_t)(sizeof *event + event->len);
    }
}
