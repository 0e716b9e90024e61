/*
 * Promises: bytes arrive complete, in order and at the reader's pace, with at most one buffer
 * beside the pipe; the end of input goes in, the end of output comes out, and so does "nobody
 * reads this any more"; after the program's end what it had written is still delivered.
 * Does not promise what a process writes that outlives the program.
 * A thread of its own, not the supervisor's loop: a process inside can hold the lock of a pipe
 * for as long as it likes (splice from an idle socket does), and whoever touches that pipe then
 * waits where no signal reaches it, not even SIGKILL. The supervisor has to stay able to answer
 * and to kill; the kill releases the thread.
 */
#include "gate-pipes.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../common/fail.h"
#include "gate-state.h"

#define FLOWS 3
#define BUFFER_BYTES 65536
#define NO_LIMIT SIZE_MAX
#define ODD_SPLICES_MAX 8

/* One direction of one stream. */
struct flow {
    int from, to;         /* -1: ended */
    int outer;            /* 0, 1 or 2: the starter's side, also one of the two above */
    bool is_spliced;
    bool waits_for_room;  /* spliced: `from` has bytes and `to` takes none */
    int odd_splices;      /* in a row: nothing went, and neither side was the obstacle a moment later */
    size_t left;          /* to be read at most */
    size_t held, written; /* of the buffer */
    char buffer[BUFFER_BYTES];
};

static struct flow flows[FLOWS] = {{.from = -1, .to = -1}, {.from = -1, .to = -1}, {.from = -1, .to = -1}};
static int inner_ends[FLOWS] = {-1, -1, -1};
static int finish_event = -1, done_event = -1; /* to the thread, from the thread */

static void open_pipe(int number) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) fail("pipes");
    if (ends[0] < FLOWS || ends[1] < FLOWS) fail_because("pipes", "a standard descriptor is closed");
    bool is_input = number == STDIN_FILENO;
    inner_ends[number] = is_input ? ends[0] : ends[1];
    int own = is_input ? ends[1] : ends[0];
    /* Each end is an open file description of its own: the program's still waits. */
    if (fcntl(own, F_SETFL, O_NONBLOCK) != 0) fail("pipes");
    struct flow *flow = &flows[number];
    flow->from = is_input ? number : own;
    flow->to = is_input ? own : number;
    flow->outer = number;
    flow->left = NO_LIMIT;
    /*
     * A starter's socket is ours alone. Anything else may be shared with processes that do
     * not expect O_NONBLOCK, and is written in pieces that a ready pipe takes without waiting.
     */
    struct stat status;
    flow->is_spliced = fstat(number, &status) == 0 && S_ISSOCK(status.st_mode);
    if (flow->is_spliced && fcntl(number, F_SETFL, fcntl(number, F_GETFL) | O_NONBLOCK) != 0) fail("pipes");
}

void open_pipes(void) {
    for (int number = 0; number < FLOWS; number++) open_pipe(number);
}

void shield_input(void) {
    for (int number = 0; number < FLOWS; number++) {
        struct stat status;
        int flags = fcntl(number, F_GETFL);
        if (flags < 0 || fstat(number, &status) != 0) continue;
        if (S_ISDIR(status.st_mode) || flags & O_PATH) fail_because("standard streams", "one of them is a folder, from which everything outside of the wall can be reached");
        bool is_file = S_ISREG(status.st_mode) || S_ISBLK(status.st_mode);
        bool is_appended = (flags & O_ACCMODE) == O_WRONLY && flags & O_APPEND;
        if (!is_file || ((flags & O_ACCMODE) != O_RDONLY && !is_appended)) continue;
        if (is_appended && number == STDIN_FILENO) fail_because("standard streams", "a file that is only open for writing is the input");
        if (!is_appended && number != STDIN_FILENO) fail_because("standard streams", "a file that is only open for reading takes the output");
        open_pipe(number);
    }
}

void place_pipes(void) {
    for (int number = 0; number < FLOWS; number++)
        if (inner_ends[number] >= 0 && dup2(inner_ends[number], number) != number) fail("pipes");
}

/* Both sides learn of it: the pipe is closed, the starter's side hung up. */
static void end_flow(struct flow *flow) {
    if (flow->from < 0) return;
    close(flow->outer == flow->from ? flow->to : flow->from);
    flow->from = flow->to = -1;
    flow->held = 0;
    /* A socket that is also one of the other streams is hung up in this direction only. */
    shutdown(flow->outer, flow->outer == STDIN_FILENO ? SHUT_RD : SHUT_WR);
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    /* The number stays taken, so that nothing else that is opened becomes a standard stream. */
    if (nothing >= 0) dup2(nothing, flow->outer);
    if (nothing >= 0) close(nothing);
}

static bool is_ready(int fd, short events) {
    struct pollfd ready = {fd, events, 0};
    return poll(&ready, 1, 0) == 1;
}

static bool is_later(void) {
    return errno == EAGAIN || errno == EINTR;
}

static void count_read(struct flow *flow, size_t count) {
    if (flow->left != NO_LIMIT) flow->left -= count;
}

/* From the one to the other without copying. */
static void splice_flow(struct flow *flow) {
    size_t size = flow->left < BUFFER_BYTES ? flow->left : BUFFER_BYTES;
    ssize_t count = splice(flow->from, NULL, flow->to, NULL, size, SPLICE_F_NONBLOCK | SPLICE_F_MOVE);
    flow->waits_for_room = false;
    if (count > 0) {
        count_read(flow, (size_t)count);
        flow->odd_splices = 0;
        return;
    }
    if (count == 0 || errno == EPIPE) {
        end_flow(flow);
    } else if (!is_later()) {
        flow->is_spliced = false;
    } else if (errno == EAGAIN && is_ready(flow->from, POLLIN)) {
        flow->waits_for_room = !is_ready(flow->to, POLLOUT);
        if (!flow->waits_for_room) flow->is_spliced = ++flow->odd_splices < ODD_SPLICES_MAX;
    }
}

static void read_flow(struct flow *flow) {
    size_t size = flow->left < BUFFER_BYTES ? flow->left : BUFFER_BYTES;
    ssize_t count = read(flow->from, flow->buffer, size);
    if (count > 0) {
        count_read(flow, (size_t)count);
        flow->held = (size_t)count;
        flow->written = 0;
    } else if (count == 0 || !is_later()) {
        end_flow(flow);
    }
}

static void write_flow(struct flow *flow) {
    size_t size = flow->held - flow->written;
    if (flow->to == flow->outer && size > PIPE_BUF) size = PIPE_BUF;
    ssize_t count = write(flow->to, flow->buffer + flow->written, size);
    if (count > 0) flow->written += (size_t)count;
    else if (count < 0 && !is_later()) end_flow(flow);
    if (flow->written >= flow->held) flow->held = 0;
}

/* What a flow waits for. The side it does not wait for is looked at for having gone away. */
static void want(const struct flow *flow, struct pollfd *from, struct pollfd *to) {
    bool waits_for_room = flow->held || flow->waits_for_room;
    *from = (struct pollfd){waits_for_room ? -1 : flow->from, POLLIN, 0};
    *to = (struct pollfd){flow->to, waits_for_room ? POLLOUT : 0, 0};
}

static void serve_flow(struct flow *flow, short from, short to) {
    if (flow->from < 0) return;
    if (!from && (to & (POLLERR | POLLHUP))) end_flow(flow); /* nobody is left to take anything */
    else if (flow->held) {
        if (to) write_flow(flow);
    } else if (from || to) {
        if (flow->is_spliced) splice_flow(flow);
        else read_flow(flow);
    }
}

/* From here on every flow has an end of its own. */
static void limit_flows(void) {
    end_flow(&flows[STDIN_FILENO]);
    for (int number = STDIN_FILENO + 1; number < FLOWS; number++) {
        int present = 0;
        struct flow *flow = &flows[number];
        if (flow->from >= 0 && ioctl(flow->from, FIONREAD, &present) == 0) flow->left = (size_t)present;
    }
}

static bool end_finished_flows(void) {
    bool is_open = false;
    for (int number = 0; number < FLOWS; number++) {
        struct flow *flow = &flows[number];
        if (flow->left == 0 && flow->held == 0) end_flow(flow);
        is_open |= flow->from >= 0;
    }
    return is_open;
}

static void *carry(void *unused) {
    for (int number = 0; number < FLOWS; number++)
        if (inner_ends[number] >= 0) close(inner_ends[number]);
    struct pollfd ready[2 * FLOWS + 1];
    ready[2 * FLOWS] = (struct pollfd){finish_event, POLLIN, 0};
    while (end_finished_flows()) {
        for (int i = 0; i < FLOWS; i++) want(&flows[i], &ready[2 * i], &ready[2 * i + 1]);
        if (poll(ready, 2 * FLOWS + 1, -1) < 0) {
            if (errno == EINTR) continue;
            fail("pipes");
        }
        for (int i = 0; i < FLOWS; i++) serve_flow(&flows[i], ready[2 * i].revents, ready[2 * i + 1].revents);
        if (ready[2 * FLOWS].revents) {
            ready[2 * FLOWS].fd = -1;
            limit_flows();
        }
    }
    uint64_t one = 1;
    if (write(done_event, &one, sizeof one) != sizeof one) fail("pipes");
    return unused;
}

static bool has_flows(void) {
    for (int number = 0; number < FLOWS; number++)
        if (flows[number].from >= 0) return true;
    return false;
}

void start_carrying(void) {
    if (!has_flows()) return;
    finish_event = eventfd(0, EFD_CLOEXEC);
    done_event = eventfd(0, EFD_CLOEXEC);
    if (finish_event < 0 || done_event < 0) fail("pipes");
    watch_fd(done_event, EPOLLIN, EVENT_PIPES, 0);
    pthread_t thread;
    errno = pthread_create(&thread, NULL, carry, NULL);
    if (errno) fail("pipes");
    pthread_detach(thread);
}

void finish_carrying(void) {
    uint64_t one = 1;
    if (is_carrying() && write(finish_event, &one, sizeof one) != sizeof one) fail("pipes");
}

void serve_pipes(void) {
    if (done_event < 0) return;
    close(done_event);
    done_event = -1;
}

bool is_carrying(void) {
    return done_event >= 0;
}
