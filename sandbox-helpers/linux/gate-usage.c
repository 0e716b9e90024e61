/*
 * Promises: every process that the launch started is found, whatever it did with groups, sessions
 * and parents: orphans come to the first process of the namespace, or to us.
 * Does not promise one moment: what is born and ends between two looks is not seen. Memory that no
 * process has mapped (files in a tmpfs, bytes in pipes) is not seen either.
 */
#include "gate-usage.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#define PATH_BYTES 64
#define CHUNK_BYTES 4096

static pid_t *found;
static size_t found_count, found_capacity;

static void add_found(pid_t pid) {
    if (found_count == found_capacity) {
        size_t capacity = found_capacity ? found_capacity * 2 : 256;
        pid_t *larger = realloc(found, capacity * sizeof *larger);
        if (!larger) return;
        found = larger;
        found_capacity = capacity;
    }
    found[found_count++] = pid;
}

static ssize_t read_small(const char *path, char *text, size_t size) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return -1;
    ssize_t length = read(fd, text, size - 1);
    close(fd);
    if (length >= 0) text[length] = 0;
    return length;
}

/* Numbers with a blank behind each; a chunk may end within one. */
static void read_children(pid_t pid, pid_t tid) {
    char path[PATH_BYTES], chunk[CHUNK_BYTES];
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)pid, (int)tid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return;
    pid_t number = 0;
    for (ssize_t length; (length = read(fd, chunk, sizeof chunk)) > 0;)
        for (ssize_t i = 0; i < length; i++) {
            if (isdigit((unsigned char)chunk[i])) {
                number = number * 10 + (chunk[i] - '0');
            } else if (number) {
                add_found(number);
                number = 0;
            }
        }
    close(fd);
}

/* The threads of a process, and what they started; 0 when it is gone. */
static int64_t look_at(pid_t pid) {
    char path[PATH_BYTES];
    struct stat status;
    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    if (stat(path, &status) != 0) return 0;
    int64_t threads = (int64_t)status.st_nlink - 2;
    if (threads == 1) {
        read_children(pid, pid);
        return 1;
    }
    DIR *tasks = opendir(path);
    if (!tasks) return 0;
    for (struct dirent *entry; (entry = readdir(tasks));)
        if (isdigit((unsigned char)entry->d_name[0])) read_children(pid, (pid_t)atoi(entry->d_name));
    closedir(tasks);
    return threads > 0 ? threads : 1;
}

static int64_t read_resident(pid_t pid) {
    char path[PATH_BYTES], text[128];
    long long total, resident;
    snprintf(path, sizeof path, "/proc/%d/statm", (int)pid);
    if (read_small(path, text, sizeof text) <= 0 || sscanf(text, "%lld %lld", &total, &resident) != 2) return 0;
    return resident * sysconf(_SC_PAGESIZE);
}

/* Pages that several processes have count once in all; a process that hides from us counts in full. */
static int64_t read_share(pid_t pid) {
    char path[PATH_BYTES], text[2048];
    snprintf(path, sizeof path, "/proc/%d/smaps_rollup", (int)pid);
    const char *line = read_small(path, text, sizeof text) > 0 ? strstr(text, "\nPss:") : NULL;
    return line ? strtoll(line + 5, NULL, 10) * 1024 : read_resident(pid);
}

struct usage measure_usage(enum memory_kind kind, int64_t tasks_enough) {
    struct usage usage = {0, 0};
    found_count = 0;
    look_at(getpid());
    for (size_t i = 0; i < found_count; i++) {
        usage.tasks += look_at(found[i]);
        if (tasks_enough && usage.tasks > tasks_enough) break;
        if (kind == MEMORY_RESIDENT) usage.memory_bytes += read_resident(found[i]);
        if (kind == MEMORY_SHARE) usage.memory_bytes += read_share(found[i]);
    }
    return usage;
}

int list_children(pid_t pid, pid_t *children, int max) {
    found_count = 0;
    read_children(pid, pid);
    int count = 0;
    for (; count < max && (size_t)count < found_count; count++) children[count] = found[count];
    return count;
}
