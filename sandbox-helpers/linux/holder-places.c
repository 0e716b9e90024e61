/* See holder-places.h. */
#include "holder-places.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../common/fail.h"
#include "holder-cover.h"
#include "holder-paths.h"
#include "holder-reveal.h"
#include "kernel-calls.h"

#define COVER_TRIES 100

/* The first is the anchor's. */
struct place {
    pid_t pid;
    int namespace;
};

enum kind { KIND_FILE, KIND_FOLDER, KINDS };

enum outcome { NOTHING_TO_DO, IS_COVERED, IS_EXPOSED };

static int own_namespace, proc_folder, patterns[KINDS], ready[KINDS] = {-1, -1};
static struct place *places;
static int place_count;

static void be_in(int namespace) {
    /* Where it cannot go it covers nothing: the engine hears of its end, and ends what runs. */
    if (setns(namespace, CLONE_NEWNS) != 0) fail("guard: setns");
}

/* A tree can only be copied in the namespace that it is mounted in; one is kept ready, so that a cover is put at once. */
static void make_ready(void) {
    for (int kind = 0; kind < KINDS; kind++) {
        if (ready[kind] >= 0) continue;
        ready[kind] = clone_tree(patterns[kind]);
        if (ready[kind] < 0 || !set_tree_attributes(ready[kind], ATTR_RDONLY | ATTR_NOEXEC)) fail("guard: cover");
    }
}

void places_begin(void) {
    proc_folder = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (proc_folder < 0 || unshare(CLONE_NEWNS) != 0) fail("guard: unshare");
    own_namespace = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
    int tmpfs = make_tmpfs("4096", "0700", ATTR_NOEXEC), proc = open_exact("/proc");
    if (own_namespace < 0 || tmpfs < 0 || proc < 0 || !attach_tree(tmpfs, proc)) fail("guard: tmpfs");
    int file = openat(tmpfs, "file", O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0);
    if (file < 0 || mkdirat(tmpfs, "folder", 0) != 0) fail("guard: cover");
    close(file);
    close(proc);
    patterns[KIND_FILE] = openat(tmpfs, "file", O_PATH | O_CLOEXEC);
    patterns[KIND_FOLDER] = openat(tmpfs, "folder", O_PATH | O_CLOEXEC);
    close(tmpfs);
    make_ready();
}

/* What stands there is hidden, or shows only what was granted in it. */
static bool is_closed(int fd) {
    return is_cover(fd) || is_opened_cover(fd);
}

static bool is_of_kind(int fd, mode_t kind) {
    struct stat status;
    return fstat(fd, &status) == 0 && (status.st_mode & S_IFMT) == kind;
}

static bool put_cover(int target) {
    enum kind kind = is_directory_fd(target) ? KIND_FOLDER : KIND_FILE;
    if (!attach_tree(ready[kind], target)) return false;
    close(ready[kind]);
    ready[kind] = -1;
    return true;
}

/* In the namespace that this process is in. What is gone when the cover comes is looked for again. */
static enum outcome cover_here(const char *path, bool spares_links) {
    for (int tries = 0; tries < COVER_TRIES; tries++) {
        int target = open_name(path);
        /* A link in a folder above leads to another name, which is hidden by itself. */
        if (target < 0) return is_out_of_reach(errno) || errno == ELOOP ? NOTHING_TO_DO : IS_EXPOSED;
        bool is_done = is_closed(target) || (spares_links && is_of_kind(target, S_IFLNK));
        bool is_put = !is_done && put_cover(target);
        int error = errno;
        close(target);
        errno = error;
        if (is_done) return NOTHING_TO_DO;
        if (is_put) return IS_COVERED;
        if (errno != ENOENT && errno != ESTALE) return IS_EXPOSED;
    }
    errno = EBUSY;
    return IS_EXPOSED;
}

static void cover_many(const struct place *place, const struct guarded *what, void (*expose)(const char *path, int error)) {
    be_in(place->namespace);
    for (int i = 0; i < what->count; i++) {
        enum outcome outcome = cover_here(what->paths[i].path, what->spares_links);
        int error = errno;
        if (outcome == IS_EXPOSED) expose(what->paths[i].path, error);
        if (outcome != IS_COVERED) continue;
        be_in(own_namespace);
        make_ready();
        be_in(place->namespace);
    }
    be_in(own_namespace);
}

void cover_everywhere(const struct guarded *what, void (*expose)(const char *path, int error)) {
    for (int i = place_count - 1; i >= 0; i--) cover_many(&places[i], what, expose);
}

void cover_in_newest(const struct guarded *what, void (*expose)(const char *path, int error)) {
    if (place_count > 0) cover_many(&places[place_count - 1], what, expose);
}

void cover_in_launches(const char *path) {
    for (int i = place_count - 1; i > 0; i--) {
        be_in(places[i].namespace);
        int target = open_name(path);
        if (target >= 0 && is_of_kind(target, S_IFREG) && !is_closed(target)) put_cover(target);
        if (target >= 0) close(target);
        be_in(own_namespace);
        make_ready();
    }
}

int add_place(pid_t pid) {
    char path[64];
    struct stat own, other;
    snprintf(path, sizeof path, "%d/ns/mnt", (int)pid);
    int namespace = openat(proc_folder, path, O_RDONLY | O_CLOEXEC);
    if (namespace < 0) return errno;
    struct place *more = realloc(places, ((size_t)place_count + 1) * sizeof *places);
    if (more) places = more;
    bool is_other = fstat(namespace, &other) == 0 && fstat(own_namespace, &own) == 0 && own.st_ino != other.st_ino;
    if (!more || !is_other) {
        close(namespace);
        return more ? EINVAL : ENOMEM;
    }
    places[place_count++] = (struct place){pid, namespace};
    return 0;
}

int remove_place(pid_t pid) {
    for (int i = 1; i < place_count; i++) {
        if (places[i].pid != pid) continue;
        close(places[i].namespace);
        places[i] = places[--place_count];
        return 0;
    }
    return ENOENT;
}
