/*
 * Promises: a refused program's reason is on its stderr before its call fails; a stderr that
 * nothing can be written to does not stop the gate.
 * Each message has a thread: a process inside can hold the lock of the pipe that its stderr is
 * (splice from an idle socket does), and a thread that touches such a pipe cannot even be killed.
 */
#include "gate-tell.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel-calls.h"

#define MESSAGE_BYTES_MAX 4096 /* PIPE_BUF: such a write to a pipe is whole or not at all */
#define TELLING_MS 100
#define STUCK_MAX 8

struct telling {
    int fd, done_event;
    atomic_int owners; /* the thread and who waits for it: the last one frees */
    size_t length;
    char text[MESSAGE_BYTES_MAX];
};

static atomic_int tellings; /* messages whose thread has not ended */

/* A description of our own of the same pipe, terminal or file, so that not waiting is not forced on the caller. */
static int reopen_without_waiting(int fd) {
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return open(path, O_WRONLY | O_APPEND | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

static void write_without_waiting(int fd, const char *text, size_t length) {
    struct stat status;
    ssize_t ignored = 0;
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY || fstat(fd, &status) != 0) return;
    if (S_ISSOCK(status.st_mode)) {
        ignored = send(fd, text, length, MSG_DONTWAIT | MSG_NOSIGNAL);
    } else if (S_ISREG(status.st_mode)) {
        ignored = write(fd, text, length); /* keeps the caller's own place in the file */
    } else {
        /* Only pipes and terminals: opening another device again could do something of its own. */
        int own = S_ISFIFO(status.st_mode) || isatty(fd) ? reopen_without_waiting(fd) : -1;
        if (own >= 0) {
            ignored = write(own, text, length);
            close(own);
        } else {
            struct pollfd ready = {fd, POLLOUT, 0};
            if (poll(&ready, 1, 0) == 1 && (ready.revents & POLLOUT)) ignored = write(fd, text, length);
        }
    }
    (void)ignored;
}

static void leave(struct telling *telling) {
    if (atomic_fetch_sub(&telling->owners, 1) > 1) return;
    if (telling->done_event >= 0) close(telling->done_event);
    free(telling);
}

static void *tell(void *argument) {
    struct telling *telling = argument;
    write_without_waiting(telling->fd, telling->text, telling->length);
    uint64_t one = 1;
    ssize_t ignored = write(telling->done_event, &one, sizeof one);
    (void)ignored;
    close(telling->fd); /* may have to wait for that lock too */
    atomic_fetch_sub(&tellings, 1);
    leave(telling);
    return NULL;
}

static struct telling *make_telling(int pidfd, const char *message) {
    struct telling *telling = malloc(sizeof *telling);
    if (!telling) return NULL;
    telling->length = strlen(message);
    if (telling->length > sizeof telling->text - 1) telling->length = sizeof telling->text - 1;
    memcpy(telling->text, message, telling->length);
    telling->text[telling->length++] = '\n';
    telling->owners = 1;
    telling->done_event = eventfd(0, EFD_CLOEXEC);
    telling->fd = (int)syscall(NR_PIDFD_GETFD, pidfd, 2, 0);
    if (telling->fd >= 0 && telling->done_event >= 0) return telling;
    if (telling->fd >= 0) close(telling->fd);
    leave(telling);
    return NULL;
}

void tell_caller(int pidfd, const char *message) {
    if (atomic_load(&tellings) >= STUCK_MAX) return;
    struct telling *telling = make_telling(pidfd, message);
    if (!telling) return;
    pthread_t thread;
    atomic_fetch_add(&telling->owners, 1);
    atomic_fetch_add(&tellings, 1);
    if (pthread_create(&thread, NULL, tell, telling) == 0) {
        pthread_detach(thread);
        struct pollfd done = {telling->done_event, POLLIN, 0};
        poll(&done, 1, TELLING_MS);
    } else {
        close(telling->fd);
        atomic_fetch_sub(&tellings, 1);
        leave(telling);
    }
    leave(telling);
}
